/** The two halves of presence: marks that go by themselves, and when somebody was last seen. */
import type { Millis, User } from '#contract/conversation';
import type { NodeName } from '#contract/ports/bus';
import type { Seen } from '#contract/ports/presence';

/** All methods reject with a `FaultError`. */
export interface PresenceMarks {
  beat(node: NodeName, users: readonly User[], now: Millis): Promise<void>;
  gone(node: NodeName, user: User, at: Millis): Promise<void>;
  of(users: readonly User[], now: Millis): Promise<ReadonlyMap<User, Seen>>;
}

export interface SeenTable {
  /** Raises. */
  saw(user: User, at: Millis): Promise<void>;
  /** Who was never seen is left out. */
  of(users: readonly User[]): Promise<ReadonlyMap<User, Millis>>;
}
