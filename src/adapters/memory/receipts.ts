/** How far members have got, as plain maps. */
import type { Conv, User } from '#contract/conversation';
import { nowhere, raised } from '#contract/ports/receipts';
import type { Raised, Reached, Reaching } from '#contract/ports/receipts';

export class ReachedPositions {
  readonly #convs = new Map<Conv, Map<User, Reached>>();

  raise(conv: Conv, reaching: readonly Reaching[]): readonly Raised[] {
    const users = this.#convs.get(conv) ?? new Map<User, Reached>();
    this.#convs.set(conv, users);
    return reaching.map((one) => {
      const before = users.get(one.user) ?? nowhere;
      const after = raised(before, one);
      users.set(one.user, after);
      return { user: one.user, before, after };
    });
  }

  of(conv: Conv, user: User): Reached {
    return this.#convs.get(conv)?.get(user) ?? nowhere;
  }
}
