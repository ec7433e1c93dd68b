/** Who is in, and since when: changed in the same step as the entry that says so. */
import { describe, expect, test } from 'vitest';
import type { Member } from '#contract/conversation';
import { append, created, openedFor, valueOf } from '#test/ports/harness';
import type { OpenBackend, Use } from '#test/ports/harness';
import { change, draft, freshName, group } from '#test/ports/words';

const listOf = (use: Use, conv: string) => valueOf(use(), use().ports.members.of(conv));

/** What the index of a user says of one conversation. */
const isIn = (use: Use, user: string, conv: string) =>
  valueOf(use(), use().ports.members.conversationsOf(user)).then((all) => all.find((one) => one.conv === conv));

const member = (user: string, joinedSeq: number, leftSeq: number | null, place: number): Member => ({
  ...{ user, joinedSeq, leftSeq, place },
});

const standing = (use: Use): void => {
  describe('members', () => {
    test('founders stand in their order and see everything', async () => {
      const { conv } = await created(use(), { founders: ['zoe', 'alice', 'bob'] });
      expect(await listOf(use, conv)).toEqual({
        memVersion: 1,
        members: [member('zoe', 1, null, -3), member('alice', 1, null, -2), member('bob', 1, null, -1)],
      });
      expect(await isIn(use, 'bob', conv)).toEqual({ conv, since: 1, last: 0 });
    });

    test('founders stand before whoever joined by number 1', async () => {
      const { conv } = await created(use(), { founders: ['zoe', 'bob'] });
      await append(use(), group(conv, 0, [change(['alice'], [], 'zoe')]));
      const { members } = await listOf(use, conv);
      expect(members.map(({ user, joinedSeq }) => [user, joinedSeq])).toEqual([
        ['zoe', 1],
        ['bob', 1],
        ['alice', 1],
      ]);
    });

    test('an unknown conversation has version 0 and nobody', async () => {
      expect(await listOf(use, 'no such')).toEqual({ memVersion: 0, members: [] });
      expect(await valueOf(use(), use().ports.members.conversationsOf('nobody'))).toEqual([]);
    });

    test('two share a conversation while both are in one', async () => {
      const [one, other, third] = [freshName('user'), freshName('user'), freshName('user')];
      const sharing = async () => [...(await valueOf(use(), use().ports.members.sharing(one, [other, third, one])))];
      expect(await sharing()).toEqual([one]);
      const { conv } = await created(use(), { creator: one, founders: [one, other] });
      await created(use(), { creator: other, founders: [other, third] });
      expect((await sharing()).sort()).toEqual([one, other].sort());
      await append(use(), group(conv, 0, [change([], [other], one)]));
      expect(await sharing()).toEqual([one]);
    });

    test('tells who is in so many conversations', async () => {
      const [busy, idle] = [freshName('user'), freshName('user')];
      const inAtLeast = async (count: number) => [
        ...(await valueOf(use(), use().ports.members.inAtLeast(count, [busy, idle]))),
      ];
      const { conv } = await created(use(), { creator: busy, founders: [busy, idle] });
      await created(use(), { creator: busy, founders: [busy, 'bob'] });
      expect(await inAtLeast(1)).toEqual([busy, idle]);
      expect(await inAtLeast(2)).toEqual([busy]);
      await append(use(), group(conv, 0, [change([], [busy], idle)]));
      expect(await inAtLeast(2)).toEqual([]);
    });

    test('a user’s conversations are theirs alone, whatever their names begin with', async () => {
      const user = freshName('user');
      const mine = await created(use(), { creator: user, founders: [user] });
      await created(use(), { creator: `${user}0`, founders: [`${user}0`, `${user}.`] });
      expect(await valueOf(use(), use().ports.members.conversationsOf(user))).toEqual([
        { conv: mine.conv, since: 1, last: 0 },
      ]);
    });
  });
};

const changing = (use: Use): void => {
  describe('a change of members', () => {
    test('an event changes them with the number of its entry, and raises the version', async () => {
      const { conv } = await created(use());
      await append(use(), group(conv, 0, [draft('before'), change(['carol', 'dan'], ['bob'])]));
      expect(await listOf(use, conv)).toEqual({
        memVersion: 2,
        members: [
          ...[member('alice', 1, null, -2), member('bob', 1, 2, -1)],
          ...[member('carol', 2, null, 0), member('dan', 2, null, 1)],
        ],
      });
      expect(await isIn(use, 'carol', conv)).toEqual({ conv, since: 2, last: 2 });
      expect(await isIn(use, 'bob', conv)).toBeUndefined();
    });

    test('who comes back counts from then', async () => {
      const { conv } = await created(use());
      await append(use(), group(conv, 0, [change([], ['bob'])]));
      await append(use(), group(conv, 1, [change(['bob'], [])]));
      expect((await listOf(use, conv)).members).toEqual([member('alice', 1, null, -2), member('bob', 2, null, 0)]);
      expect(await isIn(use, 'bob', conv)).toEqual({ conv, since: 2, last: 2 });
    });

    test('a change that lost its race changes nobody', async () => {
      const { conv } = await created(use());
      await append(use(), group(conv, 0, [draft('first')]));
      const before = await listOf(use, conv);
      await valueOf(use(), use().ports.store.append(group(conv, 0, [change(['carol'], ['alice'])])));
      expect(await listOf(use, conv)).toEqual(before);
    });

    test('a change that is repeated changes nobody again', async () => {
      const { conv } = await created(use());
      const leaving = change([], ['bob']);
      await append(use(), group(conv, 0, [leaving]));
      await append(use(), group(conv, 1, [change(['bob'], [])]));
      const { results, item } = await append(use(), group(conv, 2, [leaving]));
      expect(results).toMatchObject([{ seq: 1, duplicate: true }]);
      expect(item.memVersion).toBe(3);
      expect(await isIn(use, 'bob', conv)).toEqual({ conv, since: 2, last: 2 });
    });

    test('a conversation that the last one left stays, with nobody in it', async () => {
      const { conv } = await created(use());
      await append(use(), group(conv, 0, [change([], ['alice', 'bob'])]));
      expect((await listOf(use, conv)).members.map(({ leftSeq }) => leftSeq)).toEqual([1, 1]);
      expect(await valueOf(use(), use().ports.store.item(conv))).toMatchObject({ lastSeq: 1 });
      expect(await isIn(use, 'alice', conv)).toBeUndefined();
    });
  });
};

export const membersSuite = (open: OpenBackend): void => {
  const use = openedFor(open);
  standing(use);
  changing(use);
};
