/** The bus, as far as a server that is alone needs it too: who is connected, and where each conversation stands. */
import { describe, expect, test } from 'vitest';
import type { Notice, SessionAddress } from '#contract/ports/bus';
import { append, created, openedFor, valueOf } from '#test/ports/harness';
import type { OpenBackend, Use } from '#test/ports/harness';
import { change, draft, freshName, group, notice } from '#test/ports/words';

const register = (use: Use, user: string, session: string, now: number, device = 'phone', most = 16) =>
  valueOf(use(), use().ports.bus.register({ user, device, node: 'a', session }, now, most));

const resync = (use: Use, user: string, device = 'phone') => valueOf(use(), use().ports.bus.resync(user, device));

const current = async (use: Use, user: string): Promise<SessionAddress | null> => (await resync(use, user)).current;

const sessions = (use: Use): void => {
  describe('sessions', () => {
    test('a newer registration replaces the older and outranks it, whatever the clocks say', async () => {
      const user = freshName('user');
      const first = await register(use, user, 's1', 100);
      expect(first).toEqual({
        address: { user, device: 'phone', node: 'a', session: 's1', epoch: 100 },
        replaced: null,
        crowdedOut: null,
      });
      const second = await register(use, user, 's2', 50);
      expect(second.replaced).toEqual(first.address);
      expect(second.address.epoch).toBe(101);
      expect((await register(use, user, 's3', 500)).address.epoch).toBe(500);
    });

    test('devices of a user live side by side', async () => {
      const user = freshName('user');
      await register(use, user, 's1', 1);
      expect((await register(use, user, 's2', 1, 'laptop')).replaced).toBe(null);
      expect((await current(use, user))?.session).toBe('s1');
    });

    test('restored unchanged, unless a newer one is there', async () => {
      const user = freshName('user');
      const { address: old } = await register(use, user, 's1', 100);
      await valueOf(use(), use().ports.bus.unregister(old));
      expect(await current(use, user)).toBe(null);
      await valueOf(use(), use().ports.bus.restore(old));
      expect(await current(use, user)).toEqual(old);
      const { address: newer } = await register(use, user, 's2', 100);
      await valueOf(use(), use().ports.bus.restore(old));
      expect(await current(use, user)).toEqual(newer);
    });

    test('of more than devicesMax devices the one registered longest goes, never the new one', async () => {
      const user = freshName('user');
      const first = await register(use, user, 's1', 100, 'phone', 2);
      await register(use, user, 's2', 100, 'laptop', 2);
      const third = await register(use, user, 's3', 100, 'tablet', 2);
      expect(third.crowdedOut).toEqual(first.address);
      expect((await resync(use, user)).current).toBe(null);
      const again = await register(use, user, 's4', 100, 'laptop', 2);
      expect(again).toMatchObject({ replaced: { session: 's2' }, crowdedOut: null });
      expect((await register(use, user, 's5', 100, 'phone', 2)).crowdedOut).toEqual(third.address);
    });

    test('a session that was taken out counts no more', async () => {
      const user = freshName('user');
      const { address } = await register(use, user, 's1', 100, 'phone', 1);
      await valueOf(use(), use().ports.bus.unregister(address));
      expect((await register(use, user, 's2', 100, 'laptop', 1)).crowdedOut).toBe(null);
    });

    test('one that was replaced cannot take the newer one away', async () => {
      const user = freshName('user');
      const { address: old } = await register(use, user, 's1', 100);
      const { address: newer } = await register(use, user, 's2', 200);
      await valueOf(use(), use().ports.bus.unregister(old));
      expect(await current(use, user)).toEqual(newer);
    });
  });
};

const resyncing = (use: Use): void => {
  describe('resync', () => {
    test('says where each conversation stands: created, written, joined, left', async () => {
      const user = freshName('user');
      const { bus } = use().ports;
      const say = (given: Partial<Notice> & Pick<Notice, 'conv' | 'from' | 'to'>) =>
        valueOf(use(), bus.fanOut('a', 'cause', [notice(given)]));
      const { conv } = await created(use(), { founders: ['alice', user] });
      await say({ conv, from: 0, to: 0, added: ['alice', user] });
      expect([...(await resync(use, user)).last]).toEqual([[conv, { seq: 0, since: 1 }]]);
      await append(use(), group(conv, 0, [draft('hello')]));
      await say({ conv, from: 1, to: 1, recipients: ['alice', user] });
      expect([...(await resync(use, user)).last]).toEqual([[conv, { seq: 1, since: 1 }]]);
      await append(use(), group(conv, 1, [change([], [user])]));
      await say({ conv, from: 2, to: 2, recipients: ['alice'], removed: [user] });
      expect([...(await resync(use, user)).last]).toEqual([]);
      await append(use(), group(conv, 2, [change([user], [])]));
      await say({ conv, from: 3, to: 3, recipients: ['alice', user], added: [user] });
      expect([...(await resync(use, user)).last]).toEqual([[conv, { seq: 3, since: 3 }]]);
    });
  });
};

export const busSuite = (open: OpenBackend): void => {
  const use = openedFor(open);
  sessions(use);
  resyncing(use);
};
