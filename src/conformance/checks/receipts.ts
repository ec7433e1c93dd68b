/** Receipts: `delivered` and `read`, who gets them and who does not (section 4 Receipts). */
import { check } from '#conformance/check';
import type { Client } from '#conformance/client';
import type { Stage } from '#conformance/stage';
import { must, mustEqual } from '#conformance/unmet';

type Kind = 'delivered' | 'read';

/** What came of this kind in the conversation: `user seq`. */
const receipts = (client: Client, kind: Kind, conv: string): string[] =>
  client
    .all(kind)
    .filter((frame) => frame.conv === conv)
    .map(({ user, seq }) => `${user} ${seq}`);

const receipt = (client: Client, kind: Kind, conv: string, user: string, seq: number) =>
  client.expect(kind, (frame) => frame.conv === conv && frame.user === user && frame.seq === seq);

/** Alice has written as much to Bob (and others), who has got it. */
const written = async (stage: Stage, count: number) => {
  const [alice, bob] = await stage.present(2);
  const conv = await stage.group(alice, bob);
  await alice.sayMany(conv, count);
  await bob.gets(conv, count);
  return { alice, bob, conv };
};

export const receiptChecks = [
  check('receipts.delivered', '4 `delivered`: a device acknowledged; to the devices of the authors', async (stage) => {
    const { alice, bob, conv } = await written(stage, 3);
    const phone = await stage.connect(alice.person);
    bob.ack(conv, 3);
    await receipt(alice, 'delivered', conv, bob.user, 3);
    await receipt(phone, 'delivered', conv, bob.user, 3);
  }),

  check('receipts.read', '4 `read` goes to the devices of the authors', async (stage) => {
    const { alice, bob, conv } = await written(stage, 3);
    const phone = await stage.connect(alice.person);
    bob.read(conv, 3);
    await receipt(alice, 'read', conv, bob.user, 3);
    await receipt(phone, 'read', conv, bob.user, 3);
  }),

  check('receipts.cursor', '1 a cursor is an acknowledgement: `delivered` for it', async (stage) => {
    const { alice, bob, conv } = await written(stage, 3);
    await bob.leave();
    await stage.connect(bob.person, bob.device, { [conv]: 3 });
    await receipt(alice, 'delivered', conv, bob.user, 3);
  }),

  check(
    'receipts.not-oneself',
    '4 never to oneself: neither of one’s own acknowledgement nor to who read',
    async (stage) => {
      const { alice, bob, conv } = await written(stage, 2);
      const tablet = await stage.connect(bob.person);
      await bob.say(conv);
      bob.ack(conv, 3);
      tablet.ack(conv, 3);
      bob.read(conv, 3);
      await receipt(alice, 'delivered', conv, bob.user, 3);
      await stage.quiet();
      const own = [...receipts(bob, 'delivered', conv), ...receipts(tablet, 'delivered', conv)];
      mustEqual(
        own.filter((text) => text.startsWith(bob.user)),
        [],
        '`delivered` of oneself',
      );
      const read = receipts(bob, 'read', conv).filter((text) => text.startsWith(bob.user));
      mustEqual(read, [], '`read` of oneself, on the connection that read');
    },
  ),

  check('receipts.own-read', '4 one’s own `read` goes to one’s other devices', async (stage) => {
    const { bob, conv } = await written(stage, 2);
    const tablet = await stage.connect(bob.person);
    bob.read(conv, 2);
    await receipt(tablet, 'read', conv, bob.user, 2);
  }),

  check('receipts.read-is-no-ack', '2 read does not imply ack', async (stage) => {
    const { alice, bob, conv } = await written(stage, 2);
    bob.read(conv, 2);
    await receipt(alice, 'read', conv, bob.user, 2);
    await stage.quiet();
    mustEqual(receipts(alice, 'delivered', conv), [], '`delivered` of who only read');
    await bob.leave();
    const again = await stage.connect(bob.person, bob.device);
    mustEqual(again.seqs(conv), [1, 2], 'the numbers replayed to who only read');
  }),

  check('receipts.send-is-no-ack', '4 sending never moves what is acknowledged', async (stage) => {
    const { bob, conv } = await written(stage, 2);
    await bob.say(conv);
    await bob.taken();
    await stage.quiet();
    await bob.leave();
    const again = await stage.connect(bob.person, bob.device);
    mustEqual(again.seqs(conv), [1, 2, 3], 'the numbers replayed to who only sent');
  }),

  check(
    'receipts.authors',
    '4 receipts go to the authors of the numbers newly covered, to nobody else',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob, carol);
      await alice.sayMany(conv, 2);
      await bob.gets(conv, 2);
      bob.ack(conv, 2);
      bob.read(conv, 2);
      await Promise.all([receipt(alice, 'read', conv, bob.user, 2), receipt(alice, 'delivered', conv, bob.user, 2)]);
      await stage.quiet();
      mustEqual([...receipts(carol, 'read', conv), ...receipts(carol, 'delivered', conv)], [], 'receipts to others');
    },
  ),

  check('receipts.newly-covered', '4 who wrote only what was covered before gets no receipt', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob, carol);
    await alice.say(conv);
    await bob.message(conv, 1);
    bob.read(conv, 1);
    await receipt(alice, 'read', conv, bob.user, 1);
    await carol.say(conv);
    await bob.message(conv, 2);
    bob.read(conv, 2);
    await receipt(carol, 'read', conv, bob.user, 2);
    await stage.quiet();
    const ofBob = receipts(alice, 'read', conv).filter((text) => text.startsWith(bob.user));
    mustEqual(ofBob, [`${bob.user} 1`], '`read` of Bob at the first author');
  }),

  check('receipts.never-fall', '4 on one connection receipts never fall', async (stage) => {
    const { alice, bob, conv } = await written(stage, 4);
    bob.read(conv, 3);
    await receipt(alice, 'read', conv, bob.user, 3);
    bob.read(conv, 1);
    await bob.taken();
    await stage.quiet();
    bob.read(conv, 4);
    await receipt(alice, 'read', conv, bob.user, 4);
    mustEqual(receipts(alice, 'read', conv), [`${bob.user} 3`, `${bob.user} 4`], '`read` of a fallen position');
    mustEqual(bob.all('error'), [], 'errors');
  }),

  check('receipts.bad-seq', '4 a number beyond the end: conversation.bad_seq', async (stage) => {
    const { bob, conv } = await written(stage, 2);
    const read = await bob.refusedOf('conversation.bad_seq', { t: 'read', conv, seq: 3 });
    mustEqual(read.conv, conv, 'the conversation that the error names');
    await bob.refusedOf('conversation.bad_seq', { t: 'ack', conv, seq: 3 });
    await bob.taken();
  }),

  check(
    'receipts.forbidden',
    '5 conversation.forbidden: read of a conversation that one is no member of',
    async (stage) => {
      const { conv } = await written(stage, 1);
      const [, , person] = stage.people(3);
      const carol = await stage.connect(person);
      await carol.refusedOf('conversation.forbidden', { t: 'read', conv, seq: 1 });
    },
  ),

  check(
    'receipts.large',
    '4 receipts only in conversations of at most 32 members',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const small = stage.crowd(30).map(({ name }) => name);
      const [one, two] = await Promise.all([
        alice.open([bob.user, ...small], 'of 32'),
        alice.open([bob.user, ...small, 'the-33rd'], 'of 33'),
      ]);
      for (const { conv } of [two, one]) {
        await alice.say(conv);
        await bob.message(conv, 1);
        bob.ack(conv, 1);
        bob.read(conv, 1);
      }
      await receipt(alice, 'delivered', one.conv, bob.user, 1);
      await receipt(alice, 'read', one.conv, bob.user, 1);
      await stage.quiet();
      const large = [...receipts(alice, 'delivered', two.conv), ...receipts(alice, 'read', two.conv)];
      mustEqual(large, [], 'receipts in a conversation of 33');
    },
    { needs: ['key'] },
  ),

  check(
    'receipts.after-resumed',
    '4 after `resumed` the others’ newest positions, whoever wrote what',
    async (stage) => {
      const { alice, bob, conv } = await written(stage, 3);
      bob.ack(conv, 3);
      bob.read(conv, 2);
      await receipt(alice, 'delivered', conv, bob.user, 3);
      await receipt(alice, 'read', conv, bob.user, 2);
      await alice.leave();
      const again = await stage.connect(alice.person, alice.device, { [conv]: 3 });
      await receipt(again, 'delivered', conv, bob.user, 3);
      await receipt(again, 'read', conv, bob.user, 2);
      const place = (t: string): number => again.frames.findIndex((frame) => frame.t === t);
      must(place('resumed') < Math.min(place('read'), place('delivered')), 'positions after `resumed`', again.frames);
    },
  ),
];
