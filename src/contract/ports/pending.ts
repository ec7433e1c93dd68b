/**
 * Writes that wait: while the store is down, entries are put into a durable log, in order, and drained into the store
 * when it is back. What is queued will be stored, once; nobody overtakes it (promise 2).
 */
import type { Conv, Draft, Millis, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';
import type { Numbered } from '#contract/ports/store';

export interface PendingWrites {
  /**
   * Durable, behind all that was queued for this conversation before. One call at a time for each conversation. Fails
   * with effect `none` (nothing will come of it), or `unknown`: the same again is safe, for ids repeat.
   */
  queue(conv: Conv, drafts: readonly Draft[], now: Millis): Effect<void>;
  /** Hands what is queued to `receive`, on one node at a time for each conversation. Answers how to end it. */
  drain(receive: (batch: PendingBatch) => void): () => void;
  /** What has become of sends of a user: the numbers of those that are stored by now, by id. Read strongly. */
  numbersOf(conv: Conv, user: User, ids: readonly string[]): Effect<ReadonlyMap<string, StoredNumber>>;
}

export type StoredNumber = Omit<Numbered, 'duplicate'>;

/** Entries of one conversation, in the order in which they were queued. */
export interface PendingBatch {
  readonly conv: Conv;
  readonly drafts: readonly Draft[];
  /** They are stored (now or before): forgets exactly these. Until then the same batch, or its rest, may come again. */
  stored(): Effect<void>;
  /** They could not be stored: the same batch comes again, after a while. */
  later(): void;
}
