/** Who is in, and since when: changed in the same step as the entry that says so. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Member } from '#contract/conversation';
import { append, created, valueOf } from '#test/ports/harness';
import type { Backend, OpenBackend } from '#test/ports/harness';
import { change, draft, freshName, group } from '#test/ports/words';

export const membersSuite = (open: OpenBackend): void => {
  let backend: Backend;
  const listOf = (conv: string) => valueOf(backend, backend.ports.members.of(conv));
  const isIn = (user: string, conv: string) =>
    valueOf(backend, backend.ports.members.conversationsOf(user)).then((all) => all.find((one) => one.conv === conv));
  const member = (user: string, joinedSeq: number, leftSeq: number | null, place: number): Member => ({
    ...{ user, joinedSeq, leftSeq, place },
  });

  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.close());

  describe('members', () => {
    test('founders stand in their order and see everything', async () => {
      const { conv } = await created(backend, { founders: ['zoe', 'alice', 'bob'] });
      expect(await listOf(conv)).toEqual({
        memVersion: 1,
        members: [member('zoe', 1, null, 0), member('alice', 1, null, 1), member('bob', 1, null, 2)],
      });
      expect(await isIn('bob', conv)).toEqual({ conv, since: 1, last: 0 });
    });

    test('an unknown conversation has version 0 and nobody', async () => {
      expect(await listOf('no such')).toEqual({ memVersion: 0, members: [] });
      expect(await valueOf(backend, backend.ports.members.conversationsOf('nobody'))).toEqual([]);
    });

    test('an event changes them with the number of its entry, and raises the version', async () => {
      const { conv } = await created(backend);
      await append(backend, group(conv, 0, [draft('before'), change(['carol', 'dan'], ['bob'])]));
      expect(await listOf(conv)).toEqual({
        memVersion: 2,
        members: [
          ...[member('alice', 1, null, 0), member('bob', 1, 2, 1)],
          ...[member('carol', 2, null, 0), member('dan', 2, null, 1)],
        ],
      });
      expect(await isIn('carol', conv)).toEqual({ conv, since: 2, last: 2 });
      expect(await isIn('bob', conv)).toBeUndefined();
    });

    test('who comes back counts from then', async () => {
      const { conv } = await created(backend);
      await append(backend, group(conv, 0, [change([], ['bob'])]));
      await append(backend, group(conv, 1, [change(['bob'], [])]));
      expect((await listOf(conv)).members).toEqual([member('alice', 1, null, 0), member('bob', 2, null, 0)]);
      expect(await isIn('bob', conv)).toEqual({ conv, since: 2, last: 2 });
    });

    test('a change that lost its race changes nobody', async () => {
      const { conv } = await created(backend);
      await append(backend, group(conv, 0, [draft('first')]));
      const before = await listOf(conv);
      await valueOf(backend, backend.ports.store.append(group(conv, 0, [change(['carol'], ['alice'])])));
      expect(await listOf(conv)).toEqual(before);
    });

    test('a change that is repeated changes nobody again', async () => {
      const { conv } = await created(backend);
      const leaving = change([], ['bob']);
      await append(backend, group(conv, 0, [leaving]));
      await append(backend, group(conv, 1, [change(['bob'], [])]));
      const { results, item } = await append(backend, group(conv, 2, [leaving]));
      expect(results).toMatchObject([{ seq: 1, duplicate: true }]);
      expect(item.memVersion).toBe(3);
      expect(await isIn('bob', conv)).toEqual({ conv, since: 2, last: 2 });
    });

    test('a conversation that the last one left stays, with nobody in it', async () => {
      const { conv } = await created(backend);
      await append(backend, group(conv, 0, [change([], ['alice', 'bob'])]));
      expect((await listOf(conv)).members.map(({ leftSeq }) => leftSeq)).toEqual([1, 1]);
      expect(await valueOf(backend, backend.ports.store.item(conv))).toMatchObject({ lastSeq: 1 });
      expect(await isIn('alice', conv)).toBeUndefined();
    });

    test('a user’s conversations are theirs alone, whatever their names begin with', async () => {
      const user = freshName('user');
      const mine = await created(backend, { creator: user, founders: [user] });
      await created(backend, { creator: `${user}0`, founders: [`${user}0`, `${user}.`] });
      expect(await valueOf(backend, backend.ports.members.conversationsOf(user))).toEqual([
        { conv: mine.conv, since: 1, last: 0 },
      ]);
    });
  });
};
