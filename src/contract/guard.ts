/**
 * What stands between an adapter and one outside resource (a table, a shard, a log): a deadline, a breaker, retries
 * with a budget. An adapter hands each command to the guard of its resource; what it asks of the resource twice over
 * must be safe to ask twice.
 */
import type { Effect } from '#contract/effects';

/**
 * `read` changes nothing; `repeatable` writes, and the same again changes nothing more; `write` is tried once, unless
 * it certainly did not happen. After a deadline a read has effect `none`, both others `unknown`.
 */
export type CallKind = 'read' | 'repeatable' | 'write';

export interface Guard {
  /**
   * Fails with `store.unavailable` while the breaker is open (effect `none`), past the deadline, or as the attempt did
   * at last. Outcomes that a healthy resource gives (a condition that failed, a conflict) are values, not faults; a
   * fault of `store.throttled` is tried again and never counts against the resource.
   */
  call<T>(kind: CallKind, attempt: Effect<T>): Effect<T>;
}

/** Lets everything pass, for tests of an adapter alone. */
export const unguarded: Guard = { call: (_kind, attempt) => attempt };
