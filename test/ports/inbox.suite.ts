/** The inbox of a user: newest first, in pages, with what is unread. */
import { describe, expect, test } from 'vitest';
import type { InboxPage, InboxPlace, InboxSource } from '#contract/inbox';
import type { Notice } from '#contract/ports/bus';
import { append, created, openedFor, valueOf } from '#test/ports/harness';
import type { OpenBackend, Use } from '#test/ports/harness';
import { change, draft, freshName, group, notice } from '#test/ports/words';

const page = (use: Use, user: string, limit = 20, from?: InboxPlace): Promise<InboxPage> =>
  valueOf(use(), use().ports.inbox.page(user, limit, from));

/** An inbox may follow what is fanned out, rather than what is stored. */
const told = (use: Use, given: Pick<Notice, 'conv' | 'from' | 'to' | 'recipients'> & Partial<Notice>): Promise<void> =>
  valueOf(use(), use().ports.bus.fanOut('a', 'cause', [notice({ at: 2_000, ...given })]));

const only = async (use: Use, user: string) => {
  const { items } = await page(use, user);
  expect(items).toHaveLength(1);
  return items[0];
};

/** `source`: where an inbox comes from that nobody has looked at before. */
export const inboxSuite = (open: OpenBackend, source: InboxSource = 'embedded'): void => {
  const use = openedFor(open);
  describe('inbox', () => {
    test('a conversation without messages: seq 0, the time of its creation, nothing to preview', async () => {
      const user = freshName('user');
      const given = { kind: 'direct', founders: ['alice', user], now: 7_000 } as const;
      const { conv } = await created(use(), given);
      expect(await page(use, user)).toEqual({
        items: [{ conv, kind: 'direct', members: ['alice'], since: 1, seq: 0, at: 7_000, preview: '', unread: 0 }],
        next: null,
        source,
      });
    });

    test('unread is what lies above the read position, from `since` on', async () => {
      const user = freshName('user');
      const { conv } = await created(use(), { founders: ['alice', user], title: 'Two' });
      await append(use(), group(conv, 0, [draft('id-1'), draft('id-2'), draft('id-3')]));
      expect(await only(use, user)).toMatchObject({ title: 'Two', seq: 3, unread: 3, preview: 'body of id-3' });
      await valueOf(use(), use().ports.receipts.raise(conv, [{ user, read: 2 }]));
      expect(await only(use, user)).toMatchObject({ unread: 1 });
      const guest = freshName('user');
      const all = ['alice', user, guest];
      await append(use(), group(conv, 3, [change([guest], [])]));
      await told(use, { conv, from: 4, to: 4, recipients: all, added: [guest] });
      expect(await only(use, guest)).toMatchObject({ since: 4, seq: 4, unread: 1, preview: '' });
      await append(use(), group(conv, 4, [change([], [guest])]));
      await told(use, { conv, from: 5, to: 5, recipients: ['alice', user], removed: [guest] });
      expect((await page(use, guest)).items).toEqual([]);
      await append(use(), group(conv, 5, [change([guest], [])]));
      await told(use, { conv, from: 6, to: 6, recipients: all, added: [guest] });
      await valueOf(use(), use().ports.receipts.raise(conv, [{ user: guest, read: 3 }]));
      expect(await only(use, guest)).toMatchObject({ since: 6, unread: 1 });
    });

    test('a preview has 100 code points, whatever they are', async () => {
      const user = freshName('user');
      const { conv } = await created(use(), { founders: ['alice', user] });
      await append(use(), group(conv, 0, [draft('id-1', { body: '🎉'.repeat(101) })]));
      expect((await only(use, user))?.preview).toBe('🎉'.repeat(100));
      await append(use(), group(conv, 1, [draft('id-2', { body: '🎉'.repeat(100) })]));
      expect((await only(use, user))?.preview).toBe('🎉'.repeat(100));
    });

    test('names ten others at most', async () => {
      const user = freshName('user');
      const crowd = Array.from({ length: 12 }, (_, index) => `crowd${index}`);
      await created(use(), { creator: user, founders: [user, ...crowd] });
      expect((await only(use, user))?.members).toEqual(crowd.slice(0, 10));
    });

    test('A2 pages, newest first, each conversation once, ties by name', async () => {
      const user = freshName('user');
      const convs: string[] = [];
      for (let n = 0; n < 7; n += 1) {
        const { conv } = await created(use(), { founders: ['alice', user], now: 1_000 * Math.floor(n / 2) });
        convs.push(conv);
      }
      const first = await page(use, user, 3);
      const second = await page(use, user, 3, first.next ?? undefined);
      const third = await page(use, user, 3, second.next ?? undefined);
      const all = [first, second, third].flatMap(({ items }) => items);
      expect(all.map(({ at }) => at)).toEqual([3_000, 2_000, 2_000, 1_000, 1_000, 0, 0]);
      expect(all.map(({ conv }) => conv).sort()).toEqual([...convs].sort());
      expect(third.next).toBe(null);
      expect((await page(use, user, 7)).next).toBe(null);
    });
  });
};
