/** In how many conversations users are: counted once on disk, then kept up to date with each commit. */
import type { User } from '#contract/conversation';

export class MembershipCounts {
  /** The one asked for last is last. */
  readonly #counts = new Map<User, number>();

  /** `count` looks on disk; `usersMax` are remembered. */
  constructor(
    private readonly count: (user: User) => number,
    private readonly usersMax: number,
  ) {}

  of(user: User): number {
    const count = this.#counts.get(user) ?? this.count(user);
    this.#counts.delete(user);
    this.#counts.set(user, count);
    if (this.#counts.size > this.usersMax) {
      const [oldest = user] = this.#counts.keys();
      this.#counts.delete(oldest);
    }
    return count;
  }

  /** Within a transaction: one conversation more, or one less. */
  change(user: User, by: 1 | -1): void {
    const count = this.#counts.get(user);
    if (count !== undefined) this.#counts.set(user, count + by);
  }

  /** What is in memory may not be on disk: a transaction failed. */
  forgetAll(): void {
    this.#counts.clear();
  }
}
