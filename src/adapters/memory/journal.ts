/**
 * Journals in memory, for virtual time. What is asked is applied at one instant and answered at another: the append of
 * an owner that died in between may still land, as long as nobody has opened the journal since.
 */
import type { Effect, Outcome } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { Journal, JournalKey } from '#contract/ports/journal';
import type { Clock } from '#contract/ports/system';
import { JournalRules } from '#resilience/journal-rules';
import type { JournalHead, JournalRow, JournalTable, SnapshotRow } from '#resilience/journal-rules';

export interface MemoryJournalOptions {
  readonly clock: Clock;
  /** Milliseconds from asking to applying, and again from applying to the answer. */
  readonly latency: () => number;
  readonly limits: Limits;
}

const table = (): JournalTable => {
  const heads = new Map<JournalKey, JournalHead>();
  const rows = new Map<JournalKey, Map<number, JournalRow>>();
  const snapshots = new Map<JournalKey, SnapshotRow>();
  const rowsOf = (key: JournalKey): Map<number, JournalRow> => {
    const known = rows.get(key) ?? new Map<number, JournalRow>();
    rows.set(key, known);
    return known;
  };
  return {
    head: (key) => heads.get(key),
    setHead: (key, head) => void heads.set(key, head),
    row: (key, last) => rowsOf(key).get(last),
    rowsAfter: (key, after) => [...rowsOf(key)].flatMap(([last, row]) => (last > after ? [row] : [])),
    setRow: (key, last, row) => void rowsOf(key).set(last, row),
    dropRows: (key, upTo) => {
      for (const last of [...rowsOf(key).keys()]) if (last <= upTo) rowsOf(key).delete(last);
    },
    snapshot: (key) => snapshots.get(key),
    setSnapshot: (key, row) => void snapshots.set(key, row),
  };
};

export const memoryJournal = ({ clock, latency, limits }: MemoryJournalOptions): Journal => {
  const rules = new JournalRules(table(), limits['journal.bytes']);
  const applied =
    <T>(apply: () => Outcome<T>): Effect<T> =>
    (done) => {
      clock.schedule(latency(), () => {
        const outcome = apply();
        clock.schedule(latency(), () => done(outcome));
      });
    };
  return {
    open: (key) => applied(() => rules.open(key)),
    append: (key, epoch, sequence, events) => applied(() => rules.append(key, epoch, sequence, events)),
    snapshot: (key, epoch, sequence, state) => applied(() => rules.snapshot(key, epoch, sequence, state)),
    prune: (key, epoch) => applied(() => rules.prune(key, epoch)),
  };
};
