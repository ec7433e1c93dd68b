/** `typing`, `watch` and `presence` (sections 2 and 4 Presence, typing). Best effort: checked where it is quiet. */
import { check } from '#conformance/check';
import type { Client } from '#conformance/client';
import { must, mustEqual, mustHold } from '#conformance/unmet';

const minuteMs = 60_000;

const presences = (client: Client, user: string) => client.all('presence').filter((frame) => frame.user === user);

const watch = (client: Client, ...others: readonly string[]): void => client.send({ t: 'watch', users: others });

export const presenceChecks = [
  check('typing.others', '4 typing reaches the other members’ connections, and no own one', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const [phone, tablet] = [await stage.connect(alice.person), await stage.connect(bob.person)];
    const conv = await stage.group(alice, bob);
    alice.send({ t: 'typing', conv });
    for (const client of [bob, tablet]) {
      await client.expect('typing', (frame) => frame.conv === conv && frame.user === alice.user);
    }
    await stage.quiet();
    mustEqual(
      [alice, phone, carol].flatMap((client) => client.all('typing')),
      [],
      '`typing` to others than members',
    );
  }),

  check('typing.seldom', '4 typing: at most one per 3 s, user and conversation', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const [one, two] = [await stage.group(alice, bob), await stage.group(alice, bob)];
    for (let n = 0; n < 5; n += 1) {
      alice.send({ t: 'typing', conv: one });
      await stage.quiet(50);
    }
    alice.send({ t: 'typing', conv: two });
    await bob.expect('typing', ({ conv }) => conv === two);
    await bob.expect('typing', ({ conv }) => conv === one);
    await stage.quiet();
    mustEqual(bob.all('typing').filter(({ conv }) => conv === one).length, 1, '`typing` within 3 s');
  }),

  check('typing.not-stored', '2 typing is answered by nothing, and is no message', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const before = alice.frames.length;
    alice.send({ t: 'typing', conv });
    await alice.taken();
    await stage.quiet();
    mustEqual(
      alice.frames.slice(before).map(({ t }) => t),
      ['pong'],
      'what comes after typing and a ping',
    );
    mustEqual((await bob.history(conv)).messages, [], 'messages');
  }),

  check('typing.members', '4 typing of somebody who is no member reaches nobody', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    carol.send({ t: 'typing', conv });
    await carol.taken();
    await stage.quiet();
    mustEqual([...alice.all('typing'), ...bob.all('typing')], [], '`typing` of a stranger');
  }),

  check(
    'presence.at-once',
    '2 watch: one `presence` each at once',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      await stage.group(alice, bob, carol);
      watch(alice, bob.user, carol.user);
      for (const { user } of [bob, carol]) {
        mustHold(await alice.expect('presence', (frame) => frame.user === user), { state: 'online' }, '`presence`');
      }
      mustEqual(alice.all('presence').length, 2, 'frames `presence`');
    },
    { needs: ['key'] },
  ),

  check(
    'presence.unknown',
    '2 users with whom one shares no conversation stay `unknown`',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      watch(alice, bob.user, 'nobody-at-all');
      for (const user of [bob.user, 'nobody-at-all']) {
        const presence = await alice.expect('presence', (frame) => frame.user === user);
        mustHold(presence, { state: 'unknown', lastSeenAt: null }, '`presence` of a stranger');
      }
      await stage.connect(bob.person);
      await stage.quiet();
      mustEqual(
        presences(alice, bob.user).filter(({ state }) => state !== 'unknown'),
        [],
        'changes of a stranger',
      );
    },
    { needs: ['key'] },
  ),

  check(
    'presence.never',
    '3 presence: lastSeenAt null when never',
    async (stage) => {
      const [alice] = await stage.present(1);
      const [{ name: bob }] = stage.people(1);
      await alice.open([bob]);
      watch(alice, bob);
      const presence = await alice.expect('presence', ({ user }) => user === bob);
      mustHold(presence, { state: 'offline', lastSeenAt: null }, '`presence` of who was never here');
    },
    { needs: ['key'] },
  ),

  check(
    'presence.online',
    '4 online while any device is connected: told when it comes',
    async (stage) => {
      const [alice] = await stage.present(1);
      const [bob] = stage.people(1);
      await alice.open([bob.name]);
      watch(alice, bob.name);
      await alice.expect('presence', ({ user, state }) => user === bob.name && state === 'offline');
      await stage.connect(bob);
      await alice.expect('presence', ({ user, state }) => user === bob.name && state === 'online');
    },
    { needs: ['key'] },
  ),

  check(
    'presence.replaces',
    '2 watch replaces the earlier watch',
    async (stage) => {
      const [alice] = await stage.present(1);
      const [bob, carol] = stage.people(2);
      await alice.open([bob.name, carol.name]);
      watch(alice, bob.name);
      await alice.expect('presence', ({ user }) => user === bob.name);
      watch(alice, carol.name);
      await alice.expect('presence', ({ user }) => user === carol.name);
      await Promise.all([stage.connect(bob), stage.connect(carol)]);
      await alice.expect('presence', ({ user, state }) => user === carol.name && state === 'online');
      await stage.quiet();
      mustEqual(presences(alice, bob.name).length, 1, '`presence` of who is watched no more');
    },
    { needs: ['key'] },
  ),

  check(
    'presence.one-of-two',
    '4 online while any device is connected: one of two gone is no change',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const tablet = await stage.connect(bob.person);
      await stage.group(alice, bob, carol);
      watch(alice, bob.user, carol.user);
      await alice.until(() => (alice.all('presence').length === 2 ? true : undefined), 'two frames `presence`');
      await Promise.all([tablet.leave(), carol.leave()]);
      await alice.expect('presence', ({ user, state }) => user === carol.user && state === 'offline');
      await stage.quiet();
      mustEqual(
        presences(alice, bob.user).map(({ state }) => state),
        ['online'],
        'states of who has another device',
      );
    },
    { needs: ['key', 'slow'], waitsMs: minuteMs + 5_000 },
  ),

  check(
    'presence.offline',
    '4 offline with lastSeenAt within 60 s after the last device went',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      await stage.group(alice, bob);
      watch(alice, bob.user);
      await alice.expect('presence', ({ state }) => state === 'online');
      await bob.leave();
      const left = Date.now();
      const presence = await alice.expect('presence', ({ user, state }) => user === bob.user && state === 'offline');
      must(Math.abs((presence.lastSeenAt ?? 0) - left) < 2 * minuteMs, 'lastSeenAt: when it went', presence);
    },
    { needs: ['key', 'slow'], waitsMs: minuteMs + 5_000 },
  ),
];
