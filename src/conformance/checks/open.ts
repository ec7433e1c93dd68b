/** `open`: the one direct conversation of a pair, groups by their id, and who is told (sections 2 and 4). */
import { check } from '#conformance/check';
import type { Client } from '#conformance/client';
import { newId } from '#conformance/client';
import { randomName } from '#conformance/tokens';
import { must, mustEqual, mustHold } from '#conformance/unmet';

const membersMax = 256;

const names = (count: number): string[] => Array.from({ length: count }, () => `check-${randomName()}`);

const openedOf = (client: Client, conv: string) => client.all('opened').filter((frame) => frame.conv === conv);

export const openChecks = [
  check(
    'open.direct',
    '2 one other member and no title: a direct conversation',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const opened = await alice.open([bob.user]);
      mustHold(opened, { kind: 'direct', since: 1, seq: 0 }, '`opened`');
      mustEqual([...opened.members].sort(), [alice.user, bob.user].sort(), 'members');
      must(opened.conv.length <= 64, 'a conv of at most 64 characters', opened);
    },
    { needs: ['key'] },
  ),

  check(
    'open.direct-once',
    '2 the one direct conversation of the pair, whoever opens it, by whatever id',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const { conv, seq } = await alice.open([bob.user]);
      await alice.say(conv);
      mustHold(await alice.open([bob.user]), { conv, kind: 'direct', seq: seq + 1 }, '`opened` again');
      mustHold(await bob.open([alice.user]), { conv, kind: 'direct' }, '`opened` by the other');
      mustHold(await alice.open([alice.user, bob.user]), { conv }, '`opened` with oneself named');
    },
  ),

  check('open.group', '2 several others: a group, with a title or without', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const opened = await alice.open([bob.user, carol.user], 'Für uns');
    mustHold(opened, { kind: 'group', title: 'Für uns', since: 1, seq: 0 }, '`opened`');
    mustEqual([...opened.members].sort(), [alice, bob, carol].map(({ user }) => user).sort(), 'members');
    const untitled = await alice.open([bob.user, carol.user]);
    mustHold(untitled, { kind: 'group' }, '`opened` without a title');
    must(!('title' in untitled) && untitled.conv !== opened.conv, 'another group, without a title', untitled);
  }),

  check('open.titled-pair', '2 one other member and a title: a group', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const opened = await alice.open([bob.user], 'a pair');
    mustHold(opened, { kind: 'group', title: 'a pair' }, '`opened`');
    const direct = await alice.open([bob.user]);
    must(direct.conv !== opened.conv, 'another conversation without the title', direct);
  }),

  check('open.same-id', '2 the same id by the same user again: the same group', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const id = newId();
    const { conv } = await alice.open([bob.user, carol.user], 'one', id);
    await alice.say(conv);
    const other = await stage.connect(alice.person);
    mustHold(await other.open([bob.user, carol.user], 'one', id), { conv, seq: 1, title: 'one' }, '`opened` again');
  }),

  check('open.other-id', '2 another id, or another user: another group', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const id = newId();
    const { conv } = await alice.open([bob.user, carol.user], 'one', id);
    const again = await alice.open([bob.user, carol.user], 'one');
    const other = await bob.open([alice.user, carol.user], 'one', id);
    mustEqual(new Set([conv, again.conv, other.conv]).size, 3, 'different conversations');
  }),

  check('open.after-leaving', '2 the same id after leaving: conversation.forbidden', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const id = newId();
    const open = { t: 'open', id, members: [bob.user, carol.user], title: 'left' };
    const { conv } = await alice.open([bob.user, carol.user], 'left', id);
    alice.send({ t: 'members', id: newId(), conv, remove: [alice.user] });
    await alice.expect('removed', (frame) => frame.conv === conv);
    await alice.refused('conversation.forbidden', open);
  }),

  check('open.alone', '2 nobody but oneself: conversation.too_few_members', async (stage) => {
    const [alice] = await stage.present(1);
    const id = newId();
    const code = 'conversation.too_few_members';
    const error = await alice.refused(code, { t: 'open', id, members: [] });
    mustHold(error, { id, of: 'open' }, 'the error');
    await alice.refused(code, { t: 'open', id: newId(), members: [alice.user] });
    await alice.refused(code, { t: 'open', id: newId(), members: [alice.user, alice.user], title: 'me' });
  }),

  check('open.too-many', '7 members.max 256: conversation.too_many_members', async (stage) => {
    const [alice] = await stage.present(1);
    const frame = { t: 'open', id: newId(), members: names(membersMax) };
    await alice.refused('conversation.too_many_members', frame);
  }),

  check('open.named-twice', '2 the caller is a member without being named; twice named is once', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const opened = await alice.open([bob.user, alice.user, bob.user, carol.user], 'twice');
    mustEqual([...opened.members].sort(), [alice, bob, carol].map(({ user }) => user).sort(), 'members');
  }),

  check('open.no-message', '4 creating a conversation is no message', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    mustEqual((await bob.history(conv)).messages, [], 'messages of a new conversation');
    await stage.quiet();
    mustEqual([...alice.messages(conv), ...bob.messages(conv)], [], '`message`s of a new conversation');
    mustHold(await alice.say(conv), { seq: 1 }, 'the first `stored`');
  }),

  check(
    'open.founders',
    '4 all founders’ connections get `opened` without id, but the one that asked',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const [phone, tablet] = [await stage.connect(alice.person), await stage.connect(bob.person)];
      const { conv, members } = await alice.open([bob.user], `founders ${randomName()}`);
      for (const client of [bob, phone, tablet]) {
        const opened = await client.expect('opened', (frame) => frame.conv === conv);
        mustHold(opened, { members, kind: 'group', since: 1, seq: 0 }, '`opened`');
        must(!('id' in opened), '`opened` without id', opened);
      }
      await stage.quiet();
      mustEqual(openedOf(alice, conv).length, 1, '`opened` for the connection that asked');
    },
  ),
];
