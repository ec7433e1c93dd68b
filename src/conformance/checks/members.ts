/** `members`: who is in, who may change it, and what of it is a message (sections 2 and 4 Members). */
import { check } from '#conformance/check';
import type { Client } from '#conformance/client';
import { newId } from '#conformance/client';
import { randomName } from '#conformance/tokens';
import { must, mustEqual, mustHold } from '#conformance/unmet';

const usersOf = (clients: readonly Client[]): string[] => clients.map(({ user }) => user).sort();

/** Leaves, whatever the answer to who left is. */
const leaves = async (client: Client, conv: string): Promise<void> => {
  client.send({ t: 'members', id: newId(), conv, remove: [client.user] });
  await client.expect('removed', (frame) => frame.conv === conv);
};

export const memberChecks = [
  check('members.list', '2 neither add nor remove: who is in; since and the last number', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.say(conv);
    const answer = await bob.members(conv);
    mustHold(answer, { conv, since: 1, seq: 1 }, '`members`');
    mustEqual([...answer.members].sort(), usersOf([alice, bob]), 'members');
  }),

  check(
    'members.entry',
    '4 a change is a message: empty body, event, from who did it, id of the frame',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob);
      const id = newId();
      const answer = await alice.ask('members', { t: 'members', id, conv, add: [carol.user] });
      mustHold(answer, { conv, seq: 1 }, '`members`');
      mustEqual([...answer.members].sort(), usersOf([alice, bob, carol]), 'members');
      const event = { add: [carol.user], remove: [] };
      for (const client of [alice, bob, carol]) {
        const entry = await client.message(conv, 1);
        mustHold(entry, { body: '', from: alice.user, id, event }, 'the entry');
      }
      mustHold((await bob.history(conv)).messages[0] ?? {}, { body: '', event }, 'the entry in the history');
    },
  ),

  check(
    'members.answer-first',
    '4 the requester gets the entry too, after its answer',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob);
      await alice.members(conv, { add: [carol.user] });
      await alice.message(conv, 1);
      const order = alice.frames.filter(({ t }) => t === 'members' || t === 'message').map(({ t }) => t);
      mustEqual(order, ['members', 'message'], 'the answer, then the entry');
    },
    { needs: ['key'] },
  ),

  check(
    'members.opened',
    '4 the added get `opened` ahead of the entry: since its number, seq the one before',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob);
      await alice.sayMany(conv, 3);
      await alice.members(conv, { add: [carol.user] });
      await carol.message(conv, 4);
      const ours = carol.frames.filter((frame) => 'conv' in frame && frame.conv === conv);
      mustEqual(
        ours.map(({ t }) => t),
        ['opened', 'message'],
        'what the added gets',
      );
      const [opened] = carol.all('opened').filter((frame) => frame.conv === conv);
      must(opened !== undefined && !('id' in opened), '`opened` without id', opened);
      mustHold(opened, { kind: 'group', since: 4, seq: 3 }, '`opened`');
      mustEqual([...opened.members].sort(), usersOf([alice, bob, carol]), 'members');
    },
  ),

  check('members.any-may-add', '2 any member may add', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    await bob.members(conv, { add: [carol.user] });
    mustHold(await alice.message(conv, 1), { from: bob.user }, 'the entry');
  }),

  check('members.removed', '4 the removed get `removed` and nothing more', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob, carol);
    const answer = await alice.members(conv, { remove: [carol.user] });
    mustEqual([...answer.members].sort(), usersOf([alice, bob]), 'members');
    await carol.expect('removed', (frame) => frame.conv === conv);
    await alice.say(conv);
    const entry = await bob.message(conv, 1);
    mustHold(entry, { body: '', event: { add: [], remove: [carol.user] } }, 'the entry');
    await bob.message(conv, 2);
    await stage.quiet();
    mustEqual(carol.messages(conv), [], 'messages to the removed');
  }),

  check('members.leave', '2 anybody may remove themself, and gets `removed` and no entry', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob, carol);
    await leaves(carol, conv);
    mustHold(await bob.message(conv, 1), { from: carol.user, event: { add: [], remove: [carol.user] } }, 'the entry');
    await stage.quiet();
    mustEqual(carol.messages(conv), [], 'messages to who left');
    mustEqual([...(await alice.members(conv)).members].sort(), usersOf([alice, bob]), 'members');
  }),

  check('members.rights', '2 only the creator may remove others', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob, carol);
    await bob.refused('conversation.forbidden', { t: 'members', id: newId(), conv, remove: [carol.user] });
    mustEqual([...(await alice.members(conv)).members].sort(), usersOf([alice, bob, carol]), 'members');
  }),

  check(
    'members.longest-standing',
    '2 when the creator is gone, the member of longest standing may remove',
    async (stage) => {
      const [alice, bob, carol, dave] = await stage.present(4);
      const conv = await stage.group(alice, bob);
      await bob.members(conv, { add: [carol.user] });
      await bob.members(conv, { add: [dave.user] });
      await dave.message(conv, 2);
      await leaves(alice, conv);
      await carol.message(conv, 3);
      await carol.refused('conversation.forbidden', { t: 'members', id: newId(), conv, remove: [dave.user] });
      await bob.members(conv, { remove: [dave.user] });
      await dave.expect('removed', (frame) => frame.conv === conv);
    },
  ),

  check('members.no-change', '2 what is so already is no change, and no message', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    const answer = await alice.members(conv, { add: [bob.user], remove: [carol.user] });
    mustHold(answer, { seq: 0 }, '`members`');
    mustEqual([...answer.members].sort(), usersOf([alice, bob]), 'members');
    mustHold(await alice.say(conv), { seq: 1 }, 'the next `stored`');
  }),

  check('members.direct', '2 direct conversations cannot change: conversation.direct', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const { conv } = await alice.open([bob.user]);
    await alice.refused('conversation.direct', { t: 'members', id: newId(), conv, add: [carol.user] });
    await bob.refused('conversation.direct', { t: 'members', id: newId(), conv, remove: [bob.user] });
    mustEqual([...(await alice.members(conv)).members].sort(), usersOf([alice, bob]), 'members');
  }),

  check('members.after-leaving', '4 after leaving one sees nothing at all', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob, carol);
    await carol.say(conv);
    await leaves(carol, conv);
    await carol.refused('conversation.forbidden', { t: 'history', id: newId(), conv });
    await carol.refused('conversation.forbidden', { t: 'members', id: newId(), conv });
    await carol.refused('conversation.forbidden', { t: 'send', id: newId(), conv, body: 'still here' });
    await carol.refused('conversation.forbidden', { t: 'members', id: newId(), conv, add: [carol.user] });
  }),

  check('members.again', '1 since: the entry by which one joined, the last time if several', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob, carol);
    await alice.say(conv);
    await alice.members(conv, { remove: [carol.user] });
    await alice.say(conv, 'not for carol');
    await alice.members(conv, { add: [carol.user] });
    const opened = await carol.expect('opened', (frame) => frame.conv === conv && frame.since > 1);
    mustHold(opened, { since: 4, seq: 3 }, '`opened` of who joins again');
    mustHold(await carol.members(conv), { since: 4, seq: 4 }, '`members`');
    mustEqual(
      (await carol.history(conv)).messages.map(({ seq }) => seq),
      [4],
      'numbers that may be read',
    );
  }),

  check('members.last-leaves', '2 when the last leaves, the conversation is gone', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await leaves(alice, conv);
    await leaves(bob, conv);
    for (const client of [alice, bob]) {
      await client.refused('conversation.forbidden', { t: 'members', id: newId(), conv });
    }
  }),

  check('members.too-many', '7 members.max 256: conversation.too_many_members', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const add = Array.from({ length: 255 }, () => `check-${randomName()}`);
    await alice.refused('conversation.too_many_members', { t: 'members', id: newId(), conv, add });
    mustHold(await alice.say(conv), { seq: 1 }, 'the next `stored`');
  }),

  check(
    'members.forbidden',
    '4 no such conversation and no member answer alike: conversation.forbidden',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob);
      const refused = async (name: string, change: object) => {
        const frame = { t: 'members', id: newId(), conv: name, ...change };
        const { id: _id, conv: _conv, ...rest } = await carol.refused('conversation.forbidden', frame);
        return rest;
      };
      const nowhere = `${conv.slice(0, 20)}-no`;
      for (const change of [{}, { add: [carol.user] }, { remove: [bob.user] }]) {
        mustEqual(await refused(conv, change), await refused(nowhere, change), 'the same answer');
      }
    },
  ),
];
