/** The journal: one owner at a time, numbers without a hole, repeats that change nothing, snapshots, forgetting. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Effect, Outcome } from '#contract/effects';
import type { Journal, JournalEntry } from '#contract/ports/journal';
import { freshName } from '#test/ports/words';

export interface JournalBackend {
  readonly journal: Journal;
  readonly outcome: <T>(effect: Effect<T>) => Promise<Outcome<T>>;
  readonly close: () => Promise<void>;
}

export const journalLimits = { 'journal.bytes': 5_000 } as const;

const entry = (data: unknown): JournalEntry => ({ v: 1, at: 1_000, data });
const entries = (...all: unknown[]): JournalEntry[] => all.map(entry);

const asking = (open: () => Promise<JournalBackend>) => {
  let backend: JournalBackend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.close());

  const value = async <T>(effect: Effect<T>): Promise<T> => {
    const found = await backend.outcome(effect);
    if (!found.ok) throw new Error(`${found.fault.code}: ${found.fault.message}`);
    return found.value;
  };
  const refusal = async (effect: Effect<unknown>): Promise<string> => {
    const found = await backend.outcome(effect);
    return found.ok ? 'ok' : `${found.fault.code} ${found.fault.effect}`;
  };
  const dataOf = async (key: string): Promise<unknown[]> =>
    (await value(backend.journal.open(key))).events.map(({ data }) => data);
  return { backend: () => backend, value, refusal, dataOf };
};

type Asking = ReturnType<typeof asking>;

/** Who may write, and what comes next. */
const ownerSuite = ({ backend, value, refusal, dataOf }: Asking): void => {
  test('a new one is empty; what is appended is there for the next owner, in order, as it was written', async () => {
    const { journal } = backend();
    const key = freshName('journal-');
    expect(await value(journal.open(key))).toEqual({ epoch: 1, lastSequence: 0, snapshot: null, events: [] });
    await value(journal.append(key, 1, 1, entries({ a: [1, 'ä'] }, null)));
    await value(journal.append(key, 1, 3, entries('third')));
    expect(await value(journal.open(key))).toEqual({
      ...{ epoch: 2, lastSequence: 3, snapshot: null },
      events: [
        { v: 1, at: 1_000, data: { a: [1, 'ä'] }, sequence: 1, epoch: 1 },
        { v: 1, at: 1_000, data: null, sequence: 2, epoch: 1 },
        { v: 1, at: 1_000, data: 'third', sequence: 3, epoch: 1 },
      ],
    });
  });

  test('a second owner fences the first, in all that it does, and journals do not know each other', async () => {
    const { journal } = backend();
    const [key, other] = [freshName('journal-'), freshName('journal-')];
    const first = await value(journal.open(key));
    await value(journal.open(other));
    await value(journal.append(key, first.epoch, 1, entries('first')));
    const second = await value(journal.open(key));
    expect(await refusal(journal.append(key, first.epoch, 2, entries('late')))).toBe('store.fenced none');
    expect(await refusal(journal.append(key, first.epoch, 1, entries('first')))).toBe('store.fenced none');
    expect(await refusal(journal.append(key, first.epoch, 2, []))).toBe('store.fenced none');
    expect(await refusal(journal.snapshot(key, first.epoch, 1, entry('s')))).toBe('store.fenced none');
    expect(await refusal(journal.prune(key, first.epoch))).toBe('store.fenced none');
    await value(journal.append(other, 1, 1, entries('other')));
    await value(journal.append(key, second.epoch, 2, entries('second')));
    expect(await dataOf(key)).toEqual(['first', 'second']);
    expect(await refusal(journal.append(freshName('journal-'), 1, 1, entries('nobody')))).toBe('store.fenced none');
  });

  test('the same append again changes nothing; other content, or a hole, is refused', async () => {
    const { journal } = backend();
    const key = freshName('journal-');
    const { epoch } = await value(journal.open(key));
    const [one, two] = [entries('a', 'b'), entries('c')];
    expect(await refusal(journal.append(key, epoch, 3, two))).toBe('store.gap none');
    await value(journal.append(key, epoch, 1, one));
    await value(journal.append(key, epoch, 1, one));
    await value(journal.append(key, epoch, 3, two));
    await value(journal.append(key, epoch, 1, one));
    expect(await refusal(journal.append(key, epoch, 1, entries('a', 'x')))).toBe('store.gap none');
    expect(await refusal(journal.append(key, epoch, 2, two))).toBe('store.gap none');
    expect(await refusal(journal.append(key, epoch, 3, entries('x')))).toBe('store.gap none');
    expect(await refusal(journal.append(key, epoch, 5, two))).toBe('store.gap none');
    await value(journal.append(key, epoch, 4, []));
    expect(await dataOf(key)).toEqual(['a', 'b', 'c']);
  });
};

/** Races, snapshots, what is forgotten, what is too big. */
const snapshotSuite = ({ backend, value, refusal, dataOf }: Asking): void => {
  test('two owners at the same time: what was acknowledged is there, what was refused is not', async () => {
    const { journal } = backend();
    const key = freshName('journal-');
    const first = await value(journal.open(key));
    const racing = [
      backend().outcome(journal.append(key, first.epoch, 1, entries('first'))),
      backend().outcome(journal.open(key)),
      backend().outcome(journal.append(key, first.epoch, 1, entries('first'))),
    ];
    // Either may get there before the new owner, by whichever way is shorter.
    const [landed, , again] = await Promise.all(racing);
    expect(await dataOf(key)).toEqual(landed?.ok === true || again?.ok === true ? ['first'] : []);
  });

  test('a snapshot stands for what it contains, within an append too, and an older one changes nothing', async () => {
    const { journal } = backend();
    const key = freshName('journal-');
    const { epoch } = await value(journal.open(key));
    await value(journal.append(key, epoch, 1, entries(1, 2, 3)));
    expect(await refusal(journal.snapshot(key, epoch, 4, entry('none')))).toBe('store.gap none');
    await value(journal.snapshot(key, epoch, 2, entry({ sum: 3 })));
    await value(journal.snapshot(key, epoch, 2, entry({ sum: 3 })));
    await value(journal.snapshot(key, epoch, 1, entry({ sum: 1 })));
    await value(journal.append(key, epoch, 4, entries(4)));
    await value(journal.prune(key, epoch));
    const opened = await value(journal.open(key));
    expect(opened.snapshot).toEqual({ v: 1, at: 1_000, data: { sum: 3 }, sequence: 2 });
    expect(opened.events.map(({ sequence, data }) => [sequence, data])).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });

  test('what is pruned is gone from all but the snapshot, and numbers go on', async () => {
    const { journal } = backend();
    const key = freshName('journal-');
    const { epoch } = await value(journal.open(key));
    await value(journal.prune(key, epoch));
    for (let number = 1; number <= 30; number += 1) await value(journal.append(key, epoch, number, entries(number)));
    await value(journal.snapshot(key, epoch, 28, entry(28)));
    await value(journal.prune(key, epoch));
    await value(journal.prune(key, epoch));
    expect(await refusal(journal.append(key, epoch, 28, entries(28)))).toBe('store.gap none');
    await value(journal.append(key, epoch, 31, entries(31)));
    expect(await dataOf(key)).toEqual([29, 30, 31]);
  });

  test("'journal.bytes': what is larger is refused and changes nothing", async () => {
    const { journal } = backend();
    const key = freshName('journal-');
    const { epoch } = await value(journal.open(key));
    const much = 'x'.repeat(journalLimits['journal.bytes']);
    expect(await refusal(journal.append(key, epoch, 1, entries(much)))).toBe('store.too_big none');
    expect(await refusal(journal.snapshot(key, epoch, 0, entry(much)))).toBe('store.too_big none');
    expect(await dataOf(key)).toEqual([]);
  });
};

export const journalSuite = (open: () => Promise<JournalBackend>): void => {
  describe('journal', () => {
    const ask = asking(open);
    ownerSuite(ask);
    snapshotSuite(ask);
  });
};
