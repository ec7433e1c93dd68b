/**
 * The salt registry: over how many partitions a conversation is spread, and whether entries of it are queued. Asked on
 * every read and every group append; no cache may stand in between (B7). It can be proven from elsewhere:
 * "unavailable", "loading" and "an empty server that nobody reconciled" are told apart from "no entry" (B21).
 */
import type { Conv } from '#contract/conversation';
import type { Effect } from '#contract/effects';

export interface Routing {
  /** N: 1 where nothing was ever registered. Never falls (B6). */
  readonly partitions: number;
  /** No entry of this conversation is queued, and that is certain. */
  readonly isDrained: boolean;
}

export interface Registry {
  /** Fails with `store.unavailable` where neither the registry nor its backup can be asked. */
  of(conv: Conv): Effect<Routing>;
  /** N for reading alone: does not look at what is queued. */
  partitionsOf(conv: Conv): Effect<number>;
  /** Compare-and-max in both stores, the backup first; answers N as it then is. */
  raise(conv: Conv, partitions: number): Effect<number>;
}
