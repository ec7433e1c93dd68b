/** How far members have got: only ever further, and what was before is told. */
import { describe, expect, test } from 'vitest';
import type { Reaching } from '#contract/ports/receipts';
import { append, created, openedFor, valueOf } from '#test/ports/harness';
import type { OpenBackend, Use } from '#test/ports/harness';
import { change, freshName, group } from '#test/ports/words';

const raise = (use: Use, conv: string, ...reaching: Reaching[]) =>
  valueOf(use(), use().ports.receipts.raise(conv, reaching));

const of = (use: Use, convs: string[], most = 32) => valueOf(use(), use().ports.receipts.of(convs, most));

export const receiptsSuite = (open: OpenBackend): void => {
  const use = openedFor(open);
  describe('receipts', () => {
    test('rise, never fall, and say what was before', async () => {
      const conv = freshName('conv-');
      expect(await raise(use, conv, { user: 'bob', delivered: 5 }, { user: 'alice', read: 2 })).toEqual([
        { user: 'bob', before: { delivered: 0, read: 0 }, after: { delivered: 5, read: 0 } },
        { user: 'alice', before: { delivered: 0, read: 0 }, after: { delivered: 0, read: 2 } },
      ]);
      expect(await raise(use, conv, { user: 'bob', delivered: 3, read: 4 })).toEqual([
        { user: 'bob', before: { delivered: 5, read: 0 }, after: { delivered: 5, read: 4 } },
      ]);
    });

    test('of several who raise the same, one covers it', async () => {
      const conv = freshName('conv-');
      const all = await Promise.all([1, 2, 3].map(() => raise(use, conv, { user: 'bob', read: 7 })));
      expect(all.flat().filter(({ before, after }) => before.read < after.read)).toHaveLength(1);
    });

    test('are those of the members now, of conversations that are small enough', async () => {
      const { conv } = await created(use(), { founders: ['alice', 'bob', 'carol'] });
      const { conv: other } = await created(use(), { founders: ['alice', 'bob'] });
      await raise(use, conv, { user: 'bob', delivered: 5 });
      await raise(use, other, { user: 'alice', read: 1 });
      await append(use(), group(conv, 0, [change([], ['carol'])]));
      const positions = await of(use, [conv, other, 'no such']);
      expect([...(positions.get(conv) ?? [])]).toEqual([
        ['alice', { delivered: 0, read: 0 }],
        ['bob', { delivered: 5, read: 0 }],
      ]);
      expect(positions.get(other)?.get('alice')).toEqual({ delivered: 0, read: 1 });
      expect([...(await of(use, [conv], 1)).keys()]).toEqual([]);
    });
  });
};
