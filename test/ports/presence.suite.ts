/** Who is online: marks of nodes that count for a time, and when somebody was last seen. */
import { describe, expect, test } from 'vitest';
import { openedFor, valueOf } from '#test/ports/harness';
import type { OpenBackend, Use } from '#test/ports/harness';
import { freshName } from '#test/ports/words';

const ttlMs = 60_000;

const seen = async (use: Use, user: string, now: number) =>
  (await valueOf(use(), use().ports.presence.of([user], now))).get(user);

const beat = (use: Use, node: string, user: string, now: number) =>
  valueOf(use(), use().ports.presence.beat(node, [user], now));

export const presenceSuite = (open: OpenBackend): void => {
  const use = openedFor(open);
  describe('presence', () => {
    test('nobody knows of a user who never came', async () => {
      expect(await seen(use, freshName('user'), 1)).toEqual({ online: false, lastSeenAt: null });
    });

    test('C32 a mark counts for presence.ttlMs', async () => {
      const user = freshName('user');
      await beat(use, 'a', user, 1_000);
      expect(await seen(use, user, 1_000 + ttlMs - 1)).toEqual({ online: true, lastSeenAt: 1_000 });
      expect(await seen(use, user, 1_000 + ttlMs)).toEqual({ online: false, lastSeenAt: 1_000 });
    });

    test('online while any node says so', async () => {
      const user = freshName('user');
      await beat(use, 'a', user, 1_000);
      await beat(use, 'b', user, 2_000);
      await valueOf(use(), use().ports.presence.gone('a', user, 3_000));
      expect(await seen(use, user, 3_000)).toEqual({ online: true, lastSeenAt: 3_000 });
      await valueOf(use(), use().ports.presence.gone('b', user, 2_500));
      expect(await seen(use, user, 3_000)).toEqual({ online: false, lastSeenAt: 3_000 });
    });
  });
};
