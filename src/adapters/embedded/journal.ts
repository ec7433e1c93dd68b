/** Journals in the data folder: everything, opening included, is on disk before it is answered. */
import type { Limits } from '#contract/limits';
import type { Journal } from '#contract/ports/journal';
import { JournalRules } from '#resilience/journal-rules';
import type { JournalTable } from '#resilience/journal-rules';
import type { Committer } from '#adapters/embedded/committer';
import type { Tables } from '#adapters/embedded/tables';

const highest = Number.MAX_SAFE_INTEGER;

const tableOf = ({ journalHeads, journal, snapshots }: Tables): JournalTable => ({
  head: (key) => {
    const head = journalHeads.get(key);
    return head === undefined ? undefined : { epoch: head[0], last: head[1] };
  },
  setHead: (key, { epoch, last }) => journalHeads.putSync(key, [epoch, last]),
  row: (key, last) => {
    const row = journal.get([key, last]);
    return row === undefined ? undefined : { first: row[0], epoch: row[1], text: row[2] };
  },
  rowsAfter: (key, after) => {
    const found = journal.getRange({ start: [key, after + 1], end: [key, highest] });
    return [...found.map(({ value: [first, epoch, text] }) => ({ first, epoch, text }))];
  },
  setRow: (key, last, { first, epoch, text }) => journal.putSync([key, last], [first, epoch, text]),
  dropRows: (key, upTo) => {
    for (const found of [...journal.getKeys({ start: [key, 1], end: [key, upTo + 1] })]) journal.removeSync(found);
  },
  snapshot: (key) => {
    const row = snapshots.get(key);
    return row === undefined ? undefined : { sequence: row[0], text: row[1] };
  },
  setSnapshot: (key, { sequence, text }) => snapshots.putSync(key, [sequence, text]),
});

export const embeddedJournal = (tables: Tables, committer: Committer, limits: Limits): Journal => {
  const rules = new JournalRules(tableOf(tables), limits['journal.bytes']);
  return {
    open: (key) => committer.write(() => rules.open(key)),
    append: (key, epoch, sequence, events) => committer.write(() => rules.append(key, epoch, sequence, events)),
    snapshot: (key, epoch, sequence, state) => committer.write(() => rules.snapshot(key, epoch, sequence, state)),
    prune: (key, epoch) => committer.write(() => rules.prune(key, epoch)),
  };
};
