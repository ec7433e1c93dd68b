/** Who is online, kept in memory: each node's mark of a user counts for a time, and a node that died is forgotten. */
import type { Millis, User } from '#contract/conversation';
import type { NodeName } from '#contract/ports/bus';

export class PresenceMarks {
  /** Until when each node's mark counts. */
  readonly #until = new Map<User, Map<NodeName, Millis>>();

  constructor(private readonly ttlMs: number) {}

  beat(node: NodeName, users: readonly User[], now: Millis): void {
    for (const user of users) {
      const nodes = this.#until.get(user) ?? new Map<NodeName, Millis>();
      this.#until.set(user, nodes.set(node, now + this.ttlMs));
    }
  }

  gone(node: NodeName, user: User): void {
    const nodes = this.#until.get(user);
    nodes?.delete(node);
    if (nodes?.size === 0) this.#until.delete(user);
  }

  isOnline(user: User, now: Millis): boolean {
    const nodes = this.#until.get(user);
    if (nodes === undefined) return false;
    for (const [node, until] of nodes) if (until <= now) nodes.delete(node);
    if (nodes.size === 0) this.#until.delete(user);
    return nodes.size > 0;
  }

  clear(): void {
    this.#until.clear();
  }
}
