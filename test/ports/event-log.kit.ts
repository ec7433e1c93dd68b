/** What the suite of the event log needs of a backend; readers that note what they take. */
import type { Effect, Outcome } from '#contract/effects';
import type { EventLog, LogBatch, LogReader, NewRecord, ReaderOptions } from '#contract/ports/event-log';
import { freshName } from '#test/ports/words';

export interface LogBackend {
  readonly log: EventLog;
  readonly outcome: <T>(effect: Effect<T>) => Promise<Outcome<T>>;
  /** Lets time go by until it holds; fails when it never does. */
  readonly until: (holds: () => boolean) => Promise<void>;
  /** Lets about as much time go by. */
  readonly pass: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly close: () => Promise<void>;
}

export const value = async <T>({ outcome }: LogBackend, effect: Effect<T>): Promise<T> => {
  const found = await outcome(effect);
  if (!found.ok) throw new Error(`${found.fault.code}: ${found.fault.message}`);
  return found.value;
};

export const records = (key: string, from: number, to: number): NewRecord[] =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ key, cause: `cause-${from + index}`, value: from + index }));

/** One that notes what it takes and is done with it at once, unless told otherwise. */
export const listening = (
  { log }: Pick<LogBackend, 'log'>,
  options: Omit<ReaderOptions, 'group'> & { readonly group?: string },
  take: (batch: LogBatch) => void = (batch) => batch.done()(() => undefined),
) => {
  const batches: LogBatch[] = [];
  const group = options.group ?? freshName('group-');
  const reader: LogReader = log.read({ ...options, group }, (batch) => {
    batches.push(batch);
    take(batch);
  });
  /** What came of one key, in the order in which it came. */
  const of = (key: string): unknown[] =>
    batches.flatMap((batch) => batch.records.flatMap((record) => (record.key === key ? [record.value] : [])));
  return { reader, batches, of, group };
};

export type Listener = ReturnType<typeof listening>;

export const numbers = (from: number, to: number): number[] =>
  records('', from, to).map((record) => Number(record.value));
