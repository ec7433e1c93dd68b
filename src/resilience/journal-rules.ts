/**
 * The rules of a journal over any table that is read and written at once (in memory, in a transaction): who may write,
 * what must come next, what was there already. A row is one append, found by its last number: whatever follows a
 * snapshot then lies in rows above it.
 */
import type { Outcome } from '#contract/effects';
import { failed, ok } from '#contract/effects';
import { fenced, gap, tooBig } from '#contract/ports/journal';
import type { JournalEntry, JournalEvent, JournalKey, JournalSnapshot, OpenedJournal } from '#contract/ports/journal';

export interface JournalHead {
  readonly epoch: number;
  readonly last: number;
}

export interface JournalRow {
  readonly first: number;
  readonly epoch: number;
  /** The entries as JSON: what is compared is what is stored. */
  readonly text: string;
}

export interface SnapshotRow {
  readonly sequence: number;
  readonly text: string;
}

export interface JournalTable {
  head(key: JournalKey): JournalHead | undefined;
  setHead(key: JournalKey, head: JournalHead): void;
  row(key: JournalKey, last: number): JournalRow | undefined;
  /** In order: those whose last number is above `after`. */
  rowsAfter(key: JournalKey, after: number): readonly JournalRow[];
  setRow(key: JournalKey, last: number, row: JournalRow): void;
  /** Those whose last number is `upTo` or below. */
  dropRows(key: JournalKey, upTo: number): void;
  snapshot(key: JournalKey): SnapshotRow | undefined;
  setSnapshot(key: JournalKey, row: SnapshotRow): void;
}

/** The events of rows in order, those that the snapshot contains left out. */
export const eventsOf = (rows: readonly JournalRow[], after: number): JournalEvent[] =>
  rows
    .flatMap(({ first, epoch, text }) =>
      (JSON.parse(text) as JournalEntry[]).map((entry, place) => ({ ...entry, sequence: first + place, epoch })),
    )
    .filter(({ sequence }) => sequence > after);

export const snapshotOf = ({ sequence, text }: SnapshotRow): JournalSnapshot => ({
  ...(JSON.parse(text) as JournalEntry),
  sequence,
});

export class JournalRules {
  readonly #table: JournalTable;
  /** Bytes of one append or snapshot. */
  readonly #most: number;

  constructor(table: JournalTable, most: number) {
    this.#table = table;
    this.#most = most;
  }

  open(key: JournalKey): Outcome<OpenedJournal> {
    const { epoch: before, last } = this.#head(key);
    const epoch = before + 1;
    this.#table.setHead(key, { epoch, last });
    const row = this.#table.snapshot(key);
    const after = row?.sequence ?? 0;
    const events = eventsOf(this.#table.rowsAfter(key, after), after);
    return ok({ epoch, lastSequence: last, snapshot: row === undefined ? null : snapshotOf(row), events });
  }

  append(key: JournalKey, epoch: number, sequence: number, events: readonly JournalEntry[]): Outcome<void> {
    const head = this.#head(key);
    if (head.epoch !== epoch) return failed(fenced(key));
    if (events.length === 0) return ok(undefined);
    const text = JSON.stringify(events);
    if (text.length > this.#most) return failed(tooBig(key, text.length));
    const last = sequence + events.length - 1;
    if (head.last !== sequence - 1) {
      const row = this.#table.row(key, last);
      const isThere = row?.epoch === epoch && row.first === sequence && row.text === text;
      return isThere ? ok(undefined) : failed(gap(key, sequence));
    }
    this.#table.setRow(key, last, { first: sequence, epoch, text });
    this.#table.setHead(key, { epoch, last });
    return ok(undefined);
  }

  snapshot(key: JournalKey, epoch: number, sequence: number, state: JournalEntry): Outcome<void> {
    const head = this.#head(key);
    if (head.epoch !== epoch) return failed(fenced(key));
    if (sequence > head.last) return failed(gap(key, sequence));
    const text = JSON.stringify(state);
    if (text.length > this.#most) return failed(tooBig(key, text.length));
    if (sequence > (this.#table.snapshot(key)?.sequence ?? 0)) this.#table.setSnapshot(key, { sequence, text });
    return ok(undefined);
  }

  prune(key: JournalKey, epoch: number): Outcome<void> {
    if (this.#head(key).epoch !== epoch) return failed(fenced(key));
    this.#table.dropRows(key, this.#table.snapshot(key)?.sequence ?? 0);
    return ok(undefined);
  }

  #head(key: JournalKey): JournalHead {
    return this.#table.head(key) ?? { epoch: 0, last: 0 };
  }
}
