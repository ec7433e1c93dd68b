/**
 * The message store as a database keeps it: it is told over how many partitions a conversation is spread, and does not
 * know the registry. adapters/tiered makes it the port that actors know.
 */
import type { Conv, Entry, Millis, Seq } from '#contract/conversation';
import type { Effect } from '#contract/effects';
import type { AppendResult, AppendGroup, MessageStore, ReadRange } from '#contract/ports/store';

export interface SaltedStore extends Omit<MessageStore, 'append' | 'read' | 'seqAt'> {
  /** Never answers `queue`. Entries go to partition `conv#(seq mod partitions)`, or to `conv` where that is 1. */
  append(group: AppendGroup): Effect<Exclude<AppendResult, { kind: 'queue' }>>;
  /** Scatters over the base key and `#0` to `#max(partitions, saltMax) - 1`, and proves the range whole (B8). */
  read(range: ReadRange, partitions: number): Effect<readonly Entry[]>;
  seqAt(conv: Conv, at: Millis, partitions: number): Effect<Seq>;
}
