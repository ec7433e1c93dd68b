/** Ids of what is queued, or about to be: a set for each conversation, on the server of the salt registry. */
import type { Conv, User } from '#contract/conversation';
import type { StoredNumber } from '#contract/ports/pending';

/** All methods reject with a `FaultError`. */
export interface PendingSet {
  /** Answers which server process has them now. */
  add(conv: Conv, ids: readonly string[]): Promise<string>;
  /** The server process that would answer now. */
  run(): Promise<string>;
  remove(conv: Conv, ids: readonly string[]): Promise<void>;
  of(conv: Conv): Promise<readonly string[]>;
}

/** Which ids of a conversation have a number. Rejects with a `FaultError`. */
export interface StoredIds {
  numbersOf(conv: Conv, user: User, ids: readonly string[]): Promise<ReadonlyMap<string, StoredNumber>>;
}
