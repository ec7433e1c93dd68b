/** The two halves of receipts: the members as stored, and how far they have got since. */
import type { Conv, User } from '#contract/conversation';
import type { Raised, Reached, Reaching } from '#contract/ports/receipts';

/** All methods reject with a `FaultError`. */
export interface ReachedTable {
  /** Of everybody who is or was in; who is in now. */
  of(conv: Conv): Promise<{ readonly reached: ReadonlyMap<User, Reached>; readonly members: readonly User[] }>;
  /** Raises those who are members; answers what was before. */
  raise(conv: Conv, reaching: readonly Reaching[]): Promise<readonly Raised[]>;
}

export interface ReachedCache {
  /** Undefined: what was before is not known here; `load` it first. */
  raise(conv: Conv, reaching: readonly Reaching[]): Promise<readonly Raised[] | undefined>;
  of(conv: Conv): Promise<ReadonlyMap<User, Reached> | undefined>;
  load(conv: Conv, reached: ReadonlyMap<User, Reached>): Promise<void>;
}
