/** Writes that wait: queued in order, drained by one at a time, and nobody overtakes them. */
import { describe, expect, test } from 'vitest';
import type { PendingBatch, PendingWrites } from '#contract/ports/pending';
import type { AppendResult } from '#contract/ports/store';
import { created, openedFor, valueOf } from '#test/ports/harness';
import type { Backend } from '#test/ports/harness';
import { draft, group } from '#test/ports/words';

/** Lets that much time pass for the backend. */
interface Passing extends Backend {
  readonly pass: (ms: number) => void | Promise<void>;
}

export const pendingTimes = { 'pending.againMs': 200 } as const;

const longestMs = 20_000;

const idsOf = ({ drafts }: PendingBatch): string[] => drafts.map(({ id }) => id);

/** What the tests do, on the backend that is open then. */
const hands = (use: () => Passing) => {
  const pending = (): PendingWrites => {
    const found = use().ports.pending;
    if (found === undefined) throw new Error('nothing waits here');
    return found;
  };
  const queue = (conv: string, ...ids: string[]) =>
    valueOf(
      use(),
      pending().queue(
        conv,
        ids.map((id) => draft(id)),
        Date.now(),
      ),
    );
  const append = async (conv: string, expected: number, batch?: PendingBatch): Promise<AppendResult> => {
    const given =
      batch === undefined ? group(conv, expected, [draft('not-queued')]) : group(conv, expected, batch.drafts);
    const drained = batch === undefined ? {} : ({ drained: true } as const);
    return valueOf(use(), use().ports.store.append({ ...given, ...drained }));
  };
  /** Batches of that conversation; those of others, left by other tests, are somebody else's. */
  const drainer = (conv: string) => {
    const batches: PendingBatch[] = [];
    const end = pending().drain((batch) => {
      if (batch.conv === conv) batches.push(batch);
      else batch.later();
    });
    const next = async (): Promise<PendingBatch> => {
      for (let waitedMs = 0; batches.length === 0; waitedMs += 50) {
        if (waitedMs > longestMs) throw new Error('no batch came');
        await use().pass(50);
      }
      return batches.shift() as PendingBatch;
    };
    return { batches, next, end };
  };
  /** Takes batches, all that come, until these ids were among them. */
  const take = async ({ next }: ReturnType<typeof drainer>, ...ids: string[]): Promise<PendingBatch[]> => {
    const taken: PendingBatch[] = [];
    while (taken.flatMap(idsOf).length < ids.length) taken.push(await next());
    expect(taken.flatMap(idsOf)).toEqual(ids);
    return taken;
  };
  return { pending, queue, append, drainer, take };
};

const orderTests = (use: () => Passing): void => {
  const { queue, append, drainer, take } = hands(use);
  test('D15 D26 are handed out in their order; until they are stored, what is new has to queue', async () => {
    const { conv } = await created(use());
    const one = drainer(conv);
    await queue(conv, 'id-00001', 'id-00002');
    expect(await append(conv, 0)).toEqual({ kind: 'queue' });
    const [first] = await take(one, 'id-00001', 'id-00002');
    expect(await append(conv, 0, first)).toMatchObject({ kind: 'appended', item: { lastSeq: 2 } });
    expect(await append(conv, 2)).toEqual({ kind: 'queue' });
    await queue(conv, 'id-00003');
    if (first !== undefined) await valueOf(use(), first.stored());
    const [second] = await take(one, 'id-00003');
    expect(await append(conv, 2, second)).toMatchObject({ kind: 'appended', item: { lastSeq: 3 } });
    if (second !== undefined) await valueOf(use(), second.stored());
    expect(await append(conv, 3)).toMatchObject({ kind: 'appended', item: { lastSeq: 4 } });
    one.end();
  });

  test("'pending.againMs': what could not be stored comes again, the same, after that time", async () => {
    const { conv } = await created(use());
    const one = drainer(conv);
    await queue(conv, 'id-00001');
    for (let turn = 0; turn < 2; turn += 1) {
      const batch = await one.next();
      expect(idsOf(batch)).toEqual(['id-00001']);
      batch.later();
      await use().pass(pendingTimes['pending.againMs'] / 2);
      expect(one.batches).toEqual([]);
    }
    await valueOf(use(), (await one.next()).stored());
    one.end();
  });

  test('another drainer takes over what one has left', async () => {
    const { conv } = await created(use());
    const one = drainer(conv);
    await queue(conv, 'id-00001');
    await one.next();
    one.end();
    const two = drainer(conv);
    const batch = await two.next();
    expect(idsOf(batch)).toEqual(['id-00001']);
    await valueOf(use(), batch.stored());
    two.end();
  });
};

const numberTests = (use: () => Passing): void => {
  const { pending } = hands(use);
  test('says which of them have a number by now, and whose they are', async () => {
    const { conv } = await created(use());
    const [one, two] = [draft('id-00001'), draft('id-00002')];
    await valueOf(use(), use().ports.store.append(group(conv, 0, [one, two])));
    const ids = ['id-00002', 'id-00001', 'id-00003', 'id-00002'];
    const numbers = await valueOf(use(), pending().numbersOf(conv, one.from, ids));
    expect([...numbers].sort()).toMatchObject([
      ['id-00001', { seq: 1, mid: one.mid }],
      ['id-00002', { seq: 2, mid: two.mid }],
    ]);
    expect(await valueOf(use(), pending().numbersOf(conv, 'somebody-else', ids))).toEqual(new Map());
    expect(await valueOf(use(), pending().numbersOf('no-such-conversation', one.from, ids))).toEqual(new Map());
  });
};

export const pendingSuite = (open: () => Promise<Passing>): void => {
  let passing: Passing;
  openedFor(async () => (passing = await open()));
  describe('pending writes', { timeout: 60_000 }, () => {
    orderTests(() => passing);
    numberTests(() => passing);
  });
};
