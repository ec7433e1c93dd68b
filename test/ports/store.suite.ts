/** The message store, whatever is behind it: one arbiter of numbers, ids and marks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, created, openedFor, valueOf } from '#test/ports/harness';
import type { OpenBackend, Use } from '#test/ports/harness';
import { runScript, scripts } from '#test/ports/store.model';
import { change, conversation, draft, drafts, freshName, group } from '#test/ports/words';

const read = (use: Use, conv: string, from: number, to: number, order: 'up' | 'down' = 'up') =>
  use().outcome(use().ports.store.read({ conv, from, to, order, limit: 1_000 }));

const item = (use: Use, conv: string) => valueOf(use(), use().ports.store.item(conv));

const mark = (use: Use, conv: string, from: number, to: number) =>
  valueOf(use(), use().ports.store.markFanned(conv, { from, to }));

const creating = (use: Use): void => {
  describe('create', () => {
    test('makes an empty conversation whose creation has not been announced', async () => {
      const made = await created(use(), { title: 'New Year', now: 7 });
      expect(made).toEqual({
        ...{ v: 1, conv: made.conv, kind: 'group', title: 'New Year', creator: 'alice', createdAt: 7 },
        ...{ lastSeq: 0, lastAt: 7, memVersion: 1, saltMax: 1, fannedTo: -1, dirtySince: 7 },
      });
      expect(await item(use, made.conv)).toEqual(made);
    });

    test('races and retries meet in the first', async () => {
      const conv = freshName('conv-');
      const { store } = use().ports;
      const both = await Promise.all([
        valueOf(use(), store.create(conversation(conv, { now: 1 }))),
        valueOf(use(), store.create(conversation(conv, { now: 2, creator: 'bob' }))),
      ]);
      expect(both.map((answer) => answer.created).sort()).toEqual([false, true]);
      expect(both[0].item).toEqual(both[1].item);
    });

    test('a title is kept exactly, and absent when there is none', async () => {
      expect(Object.hasOwn(await created(use()), 'title')).toBe(false);
      const title = 'Ünïcode 🎆 __proto__';
      expect((await created(use(), { title })).title).toBe(title);
    });
  });

  describe('item and lastSeqs', () => {
    test('a conversation that does not exist is null, and left out', async () => {
      expect(await item(use, 'no such')).toBe(null);
      const { conv } = await created(use());
      await append(use(), group(conv, 0, drafts('l', 3)));
      const last = await valueOf(use(), use().ports.store.lastSeqs([conv, 'no such', '__proto__']));
      expect([...last]).toEqual([[conv, 3]]);
    });
  });
};

const numbering = (use: Use): void => {
  describe('append: numbers', () => {
    test('D2 D9: numbers follow one another, in the order of the group, from 1', async () => {
      const { conv } = await created(use());
      const first = await append(use(), group(conv, 0, drafts('a', 3)));
      const second = await append(use(), group(conv, 3, drafts('b', 2)));
      expect([...first.results, ...second.results].map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
      expect(second.item.lastSeq).toBe(5);
    });

    test('D9: an append that expects another number writes nothing and is told the item', async () => {
      const { conv } = await created(use());
      const before = (await append(use(), group(conv, 0, drafts('a', 2)))).item;
      for (const expected of [0, 1, 3]) {
        const result = await valueOf(use(), use().ports.store.append(group(conv, expected, drafts('x', 1))));
        expect(result).toEqual({ kind: 'conflict', item: before });
      }
      expect(await item(use, conv)).toEqual(before);
    });

    test('to a conversation that does not exist: a conflict without an item', async () => {
      const result = await valueOf(use(), use().ports.store.append(group('no such', 0, drafts('x', 1))));
      expect(result).toEqual({ kind: 'conflict', item: null });
    });

    test('D9: of several that race for one number, one wins', async () => {
      const { conv } = await created(use());
      const racers = [1, 2, 3, 4].map((racer) =>
        valueOf(use(), use().ports.store.append(group(conv, 0, drafts(`r${racer}`, 2)))),
      );
      const kinds = (await Promise.all(racers)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'appended')).toHaveLength(1);
      expect((await item(use, conv))?.lastSeq).toBe(2);
    });
  });
};

const repeating = (use: Use): void => {
  describe('append: ids', () => {
    test('C10 finds the first number of a time or later', async () => {
      const { conv } = await created(use());
      const at = (moment: number) => valueOf(use(), use().ports.store.seqAt(conv, moment));
      expect(await at(0)).toBe(1);
      for (const [expected, now] of [
        [0, 3_000],
        [2, 3_000],
        [4, 5_000],
      ] as const)
        await append(use(), group(conv, expected, [draft(`a${expected}`), draft(`b${expected}`)], { now }));
      expect(await Promise.all([0, 3_000, 3_001, 5_000, 5_001].map(at))).toEqual([1, 1, 5, 5, 7]);
      expect(await valueOf(use(), use().ports.store.seqAt('no such', 1))).toBe(1);
    });

    test('D4 D5 K5: a repeated id is answered with its first number, before numbers are given', async () => {
      const { conv } = await created(use());
      const [one, two] = (await append(use(), group(conv, 0, [draft('one'), draft('two')]))).results;
      const again = [draft('two', { body: 'other' }), draft('new'), draft('one')];
      const { results, item: after } = await append(use(), group(conv, 2, again, { now: 9_000 }));
      expect(results).toEqual([
        { ...two, duplicate: true },
        { seq: 3, mid: again[1]?.mid, at: 9_000, duplicate: false },
        { ...one, duplicate: true },
      ]);
      expect(after.lastSeq).toBe(3);
    });

    test('D4: a group of nothing but repeats leaves the item as it was', async () => {
      const { conv } = await created(use());
      const { item: before } = await append(use(), group(conv, 0, [draft('one')]));
      expect((await append(use(), group(conv, 1, [draft('one')], { partitions: 4 }))).item).toEqual(before);
    });

    test('D4: an id belongs to its sender and its conversation', async () => {
      const { conv } = await created(use());
      const other = await created(use());
      const results = [
        ...(await append(use(), group(conv, 0, [draft('same')]))).results,
        ...(await append(use(), group(conv, 1, [draft('same', { from: 'bob' })]))).results,
        ...(await append(use(), group(other.conv, 0, [draft('same')]))).results,
      ];
      expect(results.map(({ duplicate }) => duplicate)).toEqual([false, false, false]);
    });
  });
};

const keeping = (use: Use): void => {
  describe('append: what is stored', () => {
    test('time never falls within a conversation', async () => {
      const { conv } = await created(use(), { now: 100 });
      const ats: number[] = [];
      for (const [expected, now] of [50, 300, 200].entries()) {
        const { item: after, results } = await append(use(), group(conv, expected, [draft(`t${now}`)], { now }));
        ats.push(...results.map(({ at }) => at));
        expect(after.lastAt).toBe(ats.at(-1));
      }
      expect(ats).toEqual([100, 300, 300]);
    });

    test('the item remembers the highest number of partitions it was written under', async () => {
      const { conv } = await created(use());
      await append(use(), group(conv, 0, drafts('a', 1), { partitions: 4 }));
      expect((await append(use(), group(conv, 1, drafts('b', 1), { partitions: 2 }))).item.saltMax).toBe(4);
    });

    test('every field of an entry comes back exactly', async () => {
      const { conv } = await created(use());
      const meta = JSON.parse('{"__proto__": {"a": [1, null]}, "2": true, "1": "z", "constructor": -0.5}') as object;
      const given = [
        draft('odd', { body: '\u0000 🎉 "quoted"\n', meta: meta as Record<string, unknown>, device: null }),
        draft('__proto__', { from: 'constructor', body: 'x'.repeat(16_384) }),
        change(['carol'], []),
      ];
      await append(use(), group(conv, 0, given, { now: 5_000 }));
      const back = await read(use, conv, 1, 3);
      expect(back).toEqual({ ok: true, value: given.map((one, at) => ({ v: 1, ...one, seq: at + 1, at: 5_000 })) });
      const metaBack = back.ok ? JSON.stringify(back.value[0]?.meta) : '';
      expect(metaBack).toBe(JSON.stringify(meta));
    });
  });
};

const marking = (use: Use): void => {
  describe('the mark of fan-out', () => {
    test('after creation: fannedTo 0 clears it when nothing was said', async () => {
      const { conv } = await created(use());
      expect(await mark(use, conv, 0, 0)).toMatchObject({ fannedTo: 0, dirtySince: null });
    });

    test('an append sets its age, later ones do not renew it', async () => {
      const { conv } = await created(use(), { now: 10 });
      await mark(use, conv, 0, 0);
      const one = await append(use(), group(conv, 0, drafts('a', 2), { now: 20 }));
      expect(one.item).toMatchObject({ fannedTo: 0, dirtySince: 20 });
      const two = await append(use(), group(conv, 2, drafts('b', 1), { now: 30 }));
      expect(two.item).toMatchObject({ fannedTo: 0, dirtySince: 20 });
    });

    test('part of a fan-out leaves the age of the next number', async () => {
      const { conv } = await created(use(), { now: 10 });
      await append(use(), group(conv, 0, drafts('a', 2), { now: 20 }));
      await append(use(), group(conv, 2, drafts('b', 2), { now: 30 }));
      expect(await mark(use, conv, 0, 1)).toMatchObject({ fannedTo: 1, dirtySince: 20 });
      expect(await mark(use, conv, 2, 2)).toMatchObject({ fannedTo: 2, dirtySince: 30 });
      expect(await mark(use, conv, 3, 4)).toMatchObject({ fannedTo: 4, dirtySince: null });
    });

    test('the loser changes nothing and reads how it stands', async () => {
      const { conv } = await created(use());
      const { item: before } = await append(use(), group(conv, 0, drafts('a', 3)));
      expect(await mark(use, conv, 2, 3)).toEqual(before);
    });
  });
};

const riding = (use: Use): void => {
  describe('a fan-out that rides on an append', () => {
    test('one that rides on an append counts before it; one that lost is ignored, the append is not', async () => {
      const { conv } = await created(use(), { now: 10 });
      const rides = { now: 20, fanned: { from: 0, to: 0 } };
      expect((await append(use(), group(conv, 0, drafts('a', 2), rides))).item).toMatchObject({
        ...{ lastSeq: 2, fannedTo: 0, dirtySince: 20 },
      });
      const late = { now: 30, fanned: { from: 0, to: 2 } };
      expect((await append(use(), group(conv, 2, drafts('b', 1), late))).item).toMatchObject({
        ...{ lastSeq: 3, fannedTo: 0, dirtySince: 20 },
      });
      const all = { now: 40, fanned: { from: 1, to: 3 } };
      expect((await append(use(), group(conv, 3, drafts('c', 1), all))).item).toMatchObject({
        ...{ lastSeq: 4, fannedTo: 3, dirtySince: 40 },
      });
      const repeat = { now: 50, fanned: { from: 4, to: 4 } };
      expect((await append(use(), group(conv, 4, [draft('c-0')], repeat))).item).toMatchObject({
        ...{ lastSeq: 4, fannedTo: 4, dirtySince: null },
      });
    });
  });

  describe('marked conversations', () => {
    test('marked conversations are listed oldest first, and only while they are marked', async () => {
      const times = [900_300, 900_100, 900_200];
      const convs: string[] = [];
      for (const now of times) convs.push((await created(use(), { now })).conv);
      const dirty = async (before: number, limit = 1_000) => {
        const all = await valueOf(use(), use().ports.store.dirty(before, limit));
        return all.filter((conv) => convs.includes(conv)).map((conv) => times[convs.indexOf(conv)]);
      };
      expect(await dirty(900_250)).toEqual([900_100, 900_200]);
      expect(await dirty(Infinity)).toEqual([900_100, 900_200, 900_300]);
      await mark(use, convs[1] ?? '', 0, 0);
      expect(await dirty(Infinity)).toEqual([900_200, 900_300]);
      await append(use(), group(convs[1] ?? '', 0, drafts('d', 1), { now: 900_400 }));
      expect(await dirty(Infinity)).toEqual([900_200, 900_300, 900_100]);
      const [oldest] = await valueOf(use(), use().ports.store.dirty(Infinity, 1));
      const since = (await item(use, oldest ?? ''))?.dirtySince ?? Infinity;
      expect(since).toBeLessThanOrEqual(900_200);
    });
  });
};

const reading = (use: Use): void => {
  describe('read', () => {
    test('what is not there whole is store.incomplete, never a part', async () => {
      const { conv } = await created(use());
      await append(use(), group(conv, 0, drafts('a', 3)));
      const incomplete = { ok: false, fault: { code: 'store.incomplete', effect: 'none' } };
      expect(await read(use, conv, 2, 4)).toMatchObject(incomplete);
      expect(await read(use, conv, 2, 4, 'down')).toMatchObject(incomplete);
      expect(await read(use, conv, 0, 2)).toMatchObject(incomplete);
      expect(await read(use, 'no such', 1, 1)).toMatchObject(incomplete);
    });

    test('D9: an answered append is read at once', async () => {
      const { conv } = await created(use());
      for (let seq = 1; seq <= 5; seq += 1) {
        await append(use(), group(conv, seq - 1, [draft(`now-${seq}`)]));
        expect(await read(use, conv, seq, seq)).toMatchObject({ ok: true, value: [{ seq, id: `now-${seq}` }] });
      }
    });
  });
};

export const storeSuite = (open: OpenBackend, modelRuns: number): void => {
  const use = openedFor(open);
  for (const part of [creating, numbering, repeating, keeping, marking, riding, reading]) part(use);
  describe('against a model', () => {
    test('D2 D4 D5 D9 D22: groups with repeats, lost races, marks and reads, in any order', async () => {
      await fc.assert(
        fc.asyncProperty(scripts, (script) => runScript(use(), script)),
        { numRuns: modelRuns },
      );
    });
  });
};
