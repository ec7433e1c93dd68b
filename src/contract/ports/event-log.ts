/**
 * The event log: ordered by key, kept for at least a day, read by groups. A record's value is JSON; `cause` travels
 * with it. What is appended twice by a retry of the client library is there once (idempotent producer); what a caller
 * appends twice is there twice: readers are idempotent.
 */
import type { Millis } from '#contract/conversation';
import type { Effect } from '#contract/effects';

export const topics = [
  'messages',
  'offline_messages',
  'offline_messages_dlq',
  'search',
  'analytics',
  'pending_writes',
] as const;

export type Topic = (typeof topics)[number];

/** Above today's need: the number of a topic cannot be raised without moving keys. */
export const partitionCounts: Readonly<Record<Topic, number>> = {
  messages: 12,
  offline_messages: 12,
  offline_messages_dlq: 3,
  search: 6,
  analytics: 6,
  pending_writes: 12,
};

export interface NewRecord {
  /** Decides the partition; records of one key keep their order. */
  readonly key: string;
  readonly cause: string;
  readonly value: unknown;
}

/** `value` is undefined where somebody else has put there what is no JSON. */
export interface LogRecord extends NewRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly at: Millis;
}

/** The place of a record, or the place after the last one. */
export interface LogPlace {
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * Records of one partition, in order. The next batch of that partition comes after `done` or `again`. A batch is void
 * once its reader has sought elsewhere, has closed, or has lost the partition to another member of its group, which
 * gets the same records: `done` then fails with effect `none`, and `again` does nothing.
 */
export interface LogBatch {
  readonly topic: Topic;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** How many records of the partition come after these. */
  readonly lag: bigint;
  /**
   * Commits behind the last record, or behind `upTo`; what comes after it is handed out again. May be tried again;
   * where it fails and is not, all is handed out again after a while.
   */
  done(upTo?: bigint): Effect<void>;
  /** Hands the same records out again after `afterMs`. */
  again(afterMs: Millis): void;
}

export interface ReaderOptions {
  /** Members of a group share the partitions; one beyond their number gets none. */
  readonly group: string;
  readonly topic: Topic;
  /** Where a group begins that has committed nothing yet. */
  readonly from: 'oldest' | 'newest';
  /** Joins, and takes nothing until `resume`. */
  readonly paused?: true;
}

export interface LogReader {
  /**
   * Settles once the group has given this member its partitions, whether or not there are any. What is appended after
   * that is handed out by a group that begins at the newest, too. Fails when the reader is closed before.
   */
  readonly joined: Effect<void>;
  pause(): void;
  resume(): void;
  /** Goes back (or forward) to the first record of that time or later, in every partition of this member. */
  seek(to: Millis): Effect<void>;
  /** How many records of its partitions this member has not taken yet. */
  lag(): Effect<bigint>;
  /** Leaves the group; takes nothing more once it is over. */
  close(): Effect<void>;
}

export interface EventLog {
  /** Acknowledged by all replicas. Fails with effect `none` or `unknown`; answers the places in the order given. */
  append(topic: Topic, records: readonly NewRecord[]): Effect<readonly LogPlace[]>;
  read(options: ReaderOptions, receive: (batch: LogBatch) => void): LogReader;
  /** Where each partition ends: the place of its next record. */
  ends(topic: Topic): Effect<readonly LogPlace[]>;
  /** Up to where a group has committed, by partition; a partition without a commit is left out. */
  committed(topic: Topic, group: string): Effect<readonly LogPlace[]>;
  /** Deletes what the group has done with: for good, whoever else reads the topic. */
  trim(topic: Topic, group: string): Effect<void>;
  /** The partition of a key. */
  partitionOf(topic: Topic, key: string): Effect<number>;
}
