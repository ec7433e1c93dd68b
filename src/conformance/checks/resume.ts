/** Resuming: the replay that follows `welcome` is exact, or says that it is not (section 4 Resuming). */
import { check } from '#conformance/check';
import type { Client } from '#conformance/client';
import type { Stage } from '#conformance/stage';
import { must, mustEqual } from '#conformance/unmet';

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);

/** What `resumed` said of the conversation, without its name; all of them. */
const resumedOf = (client: Client, conv: string) =>
  client
    .all('resumed')
    .filter((frame) => frame.conv === conv)
    .map(({ since, from, to, recovered }) => ({ since, from, to, recovered }));

/** Alice and Bob in a group with as many messages of Alice, all sent while Bob was away. */
const missed = async (stage: Stage, count: number) => {
  const [alice, bob] = await stage.present(2);
  const conv = await stage.group(alice, bob);
  await bob.leave();
  if (count > 0) await alice.sayMany(conv, count);
  return { alice, bob, conv };
};

export const resumeChecks = [
  check('resume.cursor', '4 exactly what is missing after the cursor, then `resumed`, then `ready`', async (stage) => {
    const { bob, conv } = await missed(stage, 6);
    const again = await stage.connect(bob.person, bob.device, { [conv]: 2 });
    mustEqual(again.seqs(conv), upTo(6, 3), 'the numbers replayed');
    mustEqual(resumedOf(again, conv), [{ since: 1, from: 3, to: 6, recovered: true }], '`resumed`');
    const replay = ['welcome', 'message', 'resumed', 'ready'];
    const ours = again.frames.map(({ t }) => t).filter((t) => replay.includes(t));
    mustEqual(ours, ['welcome', ...Array<string>(4).fill('message'), 'resumed', 'ready'], 'frames in order');
  }),

  check('resume.nothing-missing', '4 named, nothing missing: `resumed` with to = from - 1', async (stage) => {
    const { bob, conv } = await missed(stage, 2);
    const again = await stage.connect(bob.person, bob.device, { [conv]: 2 });
    mustEqual(resumedOf(again, conv), [{ since: 1, from: 3, to: 2, recovered: true }], '`resumed`');
    mustEqual(again.seqs(conv), [], 'the numbers replayed');
  }),

  check('resume.own-messages', '4 the replay has the device’s own messages too', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const { id } = await alice.say(conv);
    await alice.leave();
    const again = await stage.connect(alice.person, alice.device, { [conv]: 0 });
    mustEqual(
      again.messages(conv).map((message) => message.id),
      [id],
      'ids replayed',
    );
  }),

  check('resume.last-ack', '4 not named in cursors: the server takes the device’s last ack', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.sayMany(conv, 4);
    await bob.gets(conv, 4);
    bob.ack(conv, 2);
    await bob.taken();
    await bob.leave();
    const again = await stage.connect(bob.person, bob.device);
    mustEqual(again.seqs(conv), [3, 4], 'the numbers replayed');
    mustEqual(resumedOf(again, conv), [{ since: 1, from: 3, to: 4, recovered: true }], '`resumed`');
  }),

  check('resume.unnamed-nothing', '4 not named, nothing missing: no `resumed`', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.say(conv);
    await bob.message(conv, 1);
    bob.ack(conv, 1);
    await bob.taken();
    await bob.leave();
    const again = await stage.connect(bob.person, bob.device);
    mustEqual(resumedOf(again, conv), [], '`resumed`');
    mustEqual(again.seqs(conv), [], 'the numbers replayed');
  }),

  check('resume.cursor-acknowledges', '1 a cursor is an acknowledgement', async (stage) => {
    const { bob, conv } = await missed(stage, 4);
    const named = await stage.connect(bob.person, bob.device, { [conv]: 3 });
    await named.leave();
    const again = await stage.connect(bob.person, bob.device);
    mustEqual(again.seqs(conv), [4], 'the numbers replayed to who named 3 the last time');
  }),

  check(
    'resume.new-device',
    '4 a new device starts after what any device has acknowledged, and keeps that start',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const conv = await stage.group(alice, bob);
      await alice.sayMany(conv, 4);
      await bob.gets(conv, 4);
      bob.ack(conv, 2);
      await bob.taken();
      const tablet = await stage.connect(bob.person);
      mustEqual(tablet.seqs(conv), [3, 4], 'the numbers replayed to a new device');
      await tablet.leave();
      bob.ack(conv, 4);
      await bob.taken();
      const again = await stage.connect(bob.person, tablet.device);
      mustEqual(again.seqs(conv), [3, 4], 'the numbers replayed to it again, as it acknowledged nothing');
    },
  ),

  check('resume.beyond-end', '4 a cursor beyond the end: from last + 1, to last, recovered false', async (stage) => {
    const { alice, bob, conv } = await missed(stage, 2);
    const again = await stage.connect(bob.person, bob.device, { [conv]: 9 });
    mustEqual(resumedOf(again, conv), [{ since: 1, from: 3, to: 2, recovered: false }], '`resumed`');
    await alice.say(conv);
    await again.message(conv, 3);
    mustEqual(again.seqs(conv), [3], 'what comes after it');
  }),

  check('resume.removed', '4 named but not readable, or not there: `removed`', async (stage) => {
    const { alice, bob, conv } = await missed(stage, 2);
    await alice.members(conv, { remove: [bob.user] });
    const nowhere = `${conv.slice(0, 20)}-no`;
    const again = await stage.connect(bob.person, bob.device, { [conv]: 0, [nowhere]: 3 });
    for (const name of [conv, nowhere]) {
      must(
        again.all('removed').some((frame) => frame.conv === name),
        `\`removed\` of ${name}`,
        again.frames,
      );
      mustEqual(resumedOf(again, name), [], '`resumed` of what may not be read');
    }
    mustEqual(again.seqs(conv), [], 'the numbers replayed');
  }),

  check('resume.since', '4 `resumed` from: the greater of cursor + 1 and since', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    await alice.sayMany(conv, 3);
    await alice.members(conv, { add: [carol.user] });
    await carol.expect('opened', (frame) => frame.conv === conv);
    await carol.leave();
    await alice.say(conv);
    const again = await stage.connect(carol.person, carol.device, { [conv]: 0 });
    mustEqual(resumedOf(again, conv), [{ since: 4, from: 4, to: 5, recovered: true }], '`resumed`');
    mustEqual(again.seqs(conv), [4, 5], 'the numbers replayed');
  }),

  check(
    'resume.live-after',
    '4 live messages of a conversation come only after its `resumed`, none left out',
    async (stage) => {
      const { alice, bob, conv } = await missed(stage, 100);
      const again = await stage.client(bob.person, bob.device);
      const [, live] = await Promise.all([again.hello({ [conv]: 0 }), alice.sayMany(conv, 100)]);
      await again.gets(conv, 100 + live.length);
      mustEqual(again.seqs(conv), upTo(200), 'all numbers, in order, each once');
      const { to } = await again.expect('resumed', (frame) => frame.conv === conv);
      const at = again.frames.findIndex((frame) => frame.t === 'resumed' && frame.conv === conv);
      const before = again.frames.slice(0, at).flatMap((frame) => (frame.t === 'message' ? [frame.seq] : []));
      mustEqual(before, upTo(to), 'the numbers before `resumed`: up to its `to`');
    },
    { needs: ['key'] },
  ),

  check('resume.several', '4 `resumed` for each conversation named; `ready` at the end', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const convs = [await stage.group(alice, bob), await stage.group(alice, bob), await stage.group(alice, bob)];
    await bob.leave();
    for (const conv of convs) await alice.sayMany(conv, 5);
    const cursors = Object.fromEntries(convs.map((conv, n) => [conv, n]));
    const again = await stage.connect(bob.person, bob.device, cursors);
    await again.taken();
    const last = again.frames.findIndex(({ t }) => t === 'ready');
    const replayed = again.frames.slice(last).filter(({ t }) => t === 'message' || t === 'resumed');
    mustEqual(replayed, [], 'what of the replay comes after `ready`');
    for (const [n, conv] of convs.entries()) {
      mustEqual(again.seqs(conv), upTo(5, n + 1), `the numbers after cursor ${n}`);
      mustEqual(resumedOf(again, conv), [{ since: 1, from: n + 1, to: 5, recovered: true }], '`resumed`');
    }
  }),

  check(
    'resume.too-many',
    '4 more than 1,000 missing: nothing replayed, recovered false',
    async (stage) => {
      const [bob, ...others] = stage.crowd(8);
      const writers = await Promise.all(others.map((person) => stage.connect(person)));
      const [alice, ...rest] = writers;
      must(bob !== undefined && alice !== undefined, 'users', writers.length);
      const { conv } = await alice.open([bob.name, ...rest.map(({ user }) => user)], 'many');
      const each = Math.ceil(1_001 / writers.length);
      await Promise.all(writers.map((writer) => writer.sayMany(conv, each)));
      const last = each * writers.length;
      const again = await stage.connect(bob, 'late-device', { [conv]: 0 });
      mustEqual(again.seqs(conv), [], 'the numbers replayed');
      mustEqual(resumedOf(again, conv), [{ since: 1, from: 1, to: last, recovered: false }], '`resumed`');
      await alice.say(conv);
      await again.message(conv, last + 1);
      mustEqual(again.seqs(conv), [last + 1], 'live messages go on above `to`');
    },
    { needs: ['key'], waitsMs: 10_000 },
  ),
];
