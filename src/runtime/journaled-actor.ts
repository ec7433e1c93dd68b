/** The words of a journaled actor: what it decides, what it is asked, what it is told. */
import type { Fault } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { Journal } from '#contract/ports/journal';
import type { JournalCodec, JournalRecord, ResumePolicy } from '#runtime/journal-records';
import type { Context } from '#runtime/types';

/** Messages of timers are plain data: they are written. */
export type TimerChange<M> =
  | { readonly set: string; readonly delayMs: number; readonly resume: ResumePolicy; readonly message: M }
  | { readonly cancel: string };

/** What follows from a message. All of it is written at once, or nothing. */
export interface Step<S, M, E> {
  readonly events?: readonly E[];
  readonly timers?: readonly TimerChange<M>[];
  /** Called once it is durable and applied. After a crash in between it is not: see `restored`. */
  readonly then?: (state: S, context: Context<M>) => void;
}

export interface JournaledActor<S, M, E> {
  readonly kind: string;
  readonly key: string;
  readonly journal: Journal;
  readonly limits: Limits;
  readonly codec?: JournalCodec;
  readonly empty: () => S;
  /** What the first owner ever writes first. */
  readonly begin?: (state: S) => Step<S, M, E>;
  /** Changes nothing: it says what is to be written. */
  readonly decide: (state: S, message: M, context: Context<M>) => Step<S, M, E> | undefined;
  /** Live and when restored: depends on nothing else. */
  readonly apply: (state: S, event: E) => S;
  /** The state as plain data and back; absent where it is plain data. */
  readonly save?: (state: S) => unknown;
  readonly load?: (data: unknown) => S;
  /** Called when the journal has been opened, before any message: whatever the state still owes is done here. */
  readonly restored?: (state: S, context: Context<M>) => void;
  /** A message that came to nothing, or (effect `unknown`) nobody knows. */
  readonly refused: (message: M, fault: Fault, context: Context<M>) => void;
  /** Somebody else owns the journal now; the actor stops. */
  readonly fenced?: (context: Context<M>) => void;
}

/** What is written of a step. */
export const recordsOf = <S, M, E>({ events = [], timers = [] }: Step<S, M, E>): JournalRecord[] => [
  ...events.map((event) => ({ k: 'event' as const, event })),
  ...timers.map((change): JournalRecord => {
    if ('cancel' in change) return { k: 'cancel', name: change.cancel };
    const { set: name, delayMs, resume, message } = change;
    return { k: 'set', name, delayMs, resume, message };
  }),
];
