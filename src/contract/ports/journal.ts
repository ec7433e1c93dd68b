/**
 * Journals: what happened to one key, numbered from 1 without a hole, written by one owner at a time. Whoever opens a
 * journal raises its epoch, and everything is conditional on the epoch: a second owner fences the first, which can
 * never write again, even if it does not know yet that it was replaced.
 */
import type { Millis } from '#contract/conversation';
import type { Effect, Fault } from '#contract/effects';
import { fault } from '#contract/effects';

export type JournalKey = string;

/** What is written: plain data (JSON), the version of its codec, and when the owner wrote it. */
export interface JournalEntry {
  readonly v: number;
  readonly at: Millis;
  readonly data: unknown;
}

export interface JournalEvent extends JournalEntry {
  readonly sequence: number;
  /** Of the owner who wrote it. Never falls with the sequence. */
  readonly epoch: number;
}

export interface JournalSnapshot extends JournalEntry {
  /** Of the last event that it contains. */
  readonly sequence: number;
}

export interface OpenedJournal {
  readonly epoch: number;
  /** Of the last event; 0 when there is none. */
  readonly lastSequence: number;
  readonly snapshot: JournalSnapshot | null;
  /** All events after the snapshot, in order. */
  readonly events: readonly JournalEvent[];
}

/**
 * Faults: `store.fenced`, somebody else has opened it since (effect none, and so for ever); `store.gap`, what comes
 * before is not there (effect none); `store.too_big`, over journal.bytes (effect none); `store.unavailable`.
 */
export interface Journal {
  /** Becomes its owner. */
  open(key: JournalKey): Effect<OpenedJournal>;
  /**
   * All of the events or none; `sequence` is that of the first of them. The same again (epoch, sequence and content)
   * changes nothing and is answered as the first time: so is an append repeated whose answer was lost.
   */
  append(key: JournalKey, epoch: number, sequence: number, events: readonly JournalEntry[]): Effect<void>;
  /** The state after the event of that number. One that is older than the one there is changes nothing. */
  snapshot(key: JournalKey, epoch: number, sequence: number, state: JournalEntry): Effect<void>;
  /** Forgets appends that the snapshot contains whole. */
  prune(key: JournalKey, epoch: number): Effect<void>;
}

export const fenced = (key: JournalKey): Fault => fault('store.fenced', `${key} has been opened by another owner`);

export const gap = (key: JournalKey, sequence: number): Fault =>
  fault('store.gap', `${key} does not end before ${sequence}, and what is there is something else`);

export const tooBig = (key: JournalKey, bytes: number): Fault =>
  fault('store.too_big', `${bytes} bytes at once are too much for ${key}`);
