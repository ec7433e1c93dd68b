/** Receiving: order, the window of what is unacknowledged, and what frees it (section 4 Receiving). */
import { check } from '#conformance/check';
import type { Client } from '#conformance/client';
import type { Stage } from '#conformance/stage';
import { mustEqual } from '#conformance/unmet';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, n) => n + 1);

const windowOf = (client: Client): number => client.all('welcome')[0]?.ackWindow ?? 0;

const inTotal = (client: Client, convs: readonly string[]): number =>
  convs.reduce((total, conv) => total + client.messages(conv).length, 0);

/** Waits until as many messages have come, over all the conversations, and demands that no more come. */
const stopsAt = async (stage: Stage, client: Client, convs: readonly string[], count: number): Promise<void> => {
  await client.until(() => (inTotal(client, convs) >= count ? true : undefined), `${count} messages`);
  await client.taken();
  await stage.quiet();
  mustEqual(inTotal(client, convs), count, 'messages until the next acknowledgement');
};

export const receiveChecks = [
  check(
    'receive.order',
    '4 messages come in order of seq, each once; only those `stored` here are left out',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob, carol);
      const sent = await Promise.all([alice, bob].map((client) => client.sayMany(conv, 30)));
      await carol.gets(conv, 60);
      mustEqual(carol.seqs(conv), upTo(60), 'the numbers that a listener gets');
      const others = (sent[1] ?? []).map(({ seq }) => seq);
      await alice.gets(conv, others.length);
      mustEqual(alice.seqs(conv), others, 'the numbers that a sender gets: all but its own');
    },
  ),

  check(
    'receive.window',
    '4 a connection with ackWindow unacknowledged gets no more until it acknowledges',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const conv = await stage.group(alice, bob);
      const [window, more] = [windowOf(bob), 20];
      await alice.sayMany(conv, window + more);
      await stopsAt(stage, bob, [conv], window);
      bob.ack(conv, 15);
      await stopsAt(stage, bob, [conv], window + 15);
      bob.ack(conv, window);
      await bob.gets(conv, window + more);
      mustEqual(bob.seqs(conv), upTo(window + more), 'all numbers, in order, each once');
    },
    { needs: ['key'], waitsMs: 5_000 },
  ),

  check(
    'receive.window-over-all',
    '4 the window is over all conversations of a connection',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const [one, two] = [await stage.group(alice, bob), await stage.group(alice, bob)];
      const [window, more] = [windowOf(bob), 20];
      await alice.sayMany(one, window / 2);
      await bob.gets(one, window / 2);
      await alice.sayMany(two, window / 2 + more);
      await stopsAt(stage, bob, [one, two], window);
      bob.ack(one, window / 2);
      await bob.gets(two, window / 2 + more);
      mustEqual(bob.seqs(two), upTo(window / 2 + more), 'all numbers, in order, each once');
    },
    { needs: ['key'], waitsMs: 5_000 },
  ),

  check(
    'receive.window-replay',
    '4 replay counts in the window',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const conv = await stage.group(alice, bob);
      const [window, more] = [windowOf(bob), 20];
      await bob.leave();
      await alice.sayMany(conv, window + more);
      const again = await stage.client(bob.person, bob.device);
      await again.hello({ [conv]: 0 });
      await stopsAt(stage, again, [conv], window);
      mustEqual(again.all('ready'), [], '`ready` before the replay is over');
      again.ack(conv, window);
      await again.expect('ready');
      mustEqual(again.seqs(conv), upTo(window + more), 'all numbers, in order, each once');
    },
    { needs: ['key'], waitsMs: 5_000 },
  ),

  check(
    'receive.window-removed',
    '4 `removed` frees the places of its conversation',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const [one, two] = [await stage.group(alice, bob), await stage.group(carol, bob)];
      const window = windowOf(bob);
      await alice.sayMany(one, window);
      await bob.gets(one, window);
      await carol.say(two);
      await stage.quiet();
      mustEqual(bob.messages(two), [], 'messages while the window is full');
      await alice.members(one, { remove: [bob.user] });
      await bob.expect('removed', ({ conv }) => conv === one);
      await bob.gets(two, 1);
    },
    { needs: ['key'], waitsMs: 5_000 },
  ),

  check('receive.ack-after-removed', '4 acknowledgements after `removed` are ignored', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.say(conv);
    await bob.message(conv, 1);
    await alice.members(conv, { remove: [bob.user] });
    await bob.expect('removed', (frame) => frame.conv === conv);
    bob.ack(conv, 1);
    await bob.taken();
    await stage.quiet();
    mustEqual(bob.all('error'), [], 'errors');
  }),

  check('receive.ack', '2 ack is answered by nothing; a lower one is ignored', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.sayMany(conv, 3);
    await bob.gets(conv, 3);
    const before = bob.frames.length;
    bob.ack(conv, 3);
    bob.ack(conv, 1);
    bob.ack(conv, 3);
    await bob.taken();
    await stage.quiet();
    mustEqual(
      bob.frames.slice(before).map(({ t }) => t),
      ['pong'],
      'what comes after acknowledgements and a ping',
    );
    await bob.leave();
    const again = await stage.connect(bob.person, bob.device);
    mustEqual(again.messages(conv), [], 'messages replayed although they were acknowledged');
  }),
];
