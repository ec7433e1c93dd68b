/** `POST /poll`: what a connection would have been told, for whoever has nothing but HTTP (section 6). */
import { check } from '#conformance/check';
import { newId } from '#conformance/client';
import { answered, refusedWith } from '#conformance/http';
import type { Person } from '#conformance/tokens';
import { randomName } from '#conformance/tokens';
import type { Stage } from '#conformance/stage';
import { must, mustEqual, mustHold } from '#conformance/unmet';

interface Told {
  readonly conv: string;
  readonly seq?: number;
}

interface Polled {
  readonly messages: readonly Told[];
  readonly resumed: readonly Told[];
  readonly events: readonly (Told & { readonly t?: string; readonly user?: string })[];
}

/** Longer than a check has: an answer that comes did not wait for this to be over. */
const longMs = 25_000;

/** `page.bytes`, and what one more message and the frame around all of them may take. */
const answerBytes = 262_144 + 65_536;

const listOf = (answer: Readonly<Record<string, unknown>>, name: keyof Polled): readonly never[] => {
  const list = answer[name];
  must(Array.isArray(list), `a list \`${name}\``, answer);
  return list as never[];
};

/** One device of this user that polls; the answer's three lists. */
const polling = (stage: Stage, as: Person, device = `dev-${randomName()}`) => {
  const ask = (cursors: Readonly<Record<string, number>>, waitMs: number) =>
    stage.http('POST /poll', { as, body: { device, cursors, waitMs } });
  return async (
    cursors: Readonly<Record<string, number>>,
    waitMs = 0,
  ): Promise<Polled & { readonly bytes: number }> => {
    const { text, ...answer } = await ask(cursors, waitMs);
    const said = answered({ text, ...answer }, 200);
    const [messages, resumed, events] = (['messages', 'resumed', 'events'] as const).map((name) => listOf(said, name));
    return { messages: messages ?? [], resumed: resumed ?? [], events: events ?? [], bytes: Buffer.byteLength(text) };
  };
};

const seqsOf = ({ messages }: Polled): unknown[] => messages.map(({ seq }) => seq);

const upTo = (last: number, from = 1): number[] => Array.from({ length: last - from + 1 }, (_, at) => from + at);

export const pollChecks = [
  check(
    'http.poll',
    '6 POST /poll: the missing messages and `resumed`, as frames without `t`',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const conv = await stage.group(alice, bob);
      await alice.sayMany(conv, 2);
      await alice.say(conv, 'with meta', { meta: { a: 1 } });
      const poll = polling(stage, bob.person);
      const first = await poll({ [conv]: 0 });
      mustEqual(first.messages, (await bob.history(conv)).messages, 'messages, as in the history');
      mustEqual(first.resumed, [{ conv, since: 1, from: 1, to: 3, recovered: true }], 'resumed');
      const later = await poll({ [conv]: 3 });
      mustEqual(
        [later.messages, later.resumed],
        [[], [{ conv, since: 1, from: 4, to: 3, recovered: true }]],
        'nothing missing',
      );
    },
    { needs: ['key'] },
  ),

  check(
    'http.poll-waits',
    '6 POST /poll waits for news, at most `waitMs`',
    async (stage) => {
      const [alice] = await stage.present(1);
      const [, bob] = stage.people(2);
      const { conv } = await alice.open([bob.name]);
      const poll = polling(stage, bob);
      const began = performance.now();
      mustEqual(seqsOf(await poll({ [conv]: 0 }, 400)), [], 'messages, where there are none');
      const waited = Math.ceil(performance.now() - began);
      must(waited >= 400, 'an empty answer after 400 ms, and not before', `one after ${waited} ms`);
      const coming = poll({ [conv]: 0 }, longMs);
      await stage.quiet();
      await alice.say(conv);
      mustEqual(seqsOf(await coming), [1], 'the message that comes meanwhile');
    },
    { needs: ['key'] },
  ),

  check(
    'http.poll-acks',
    '6 POST /poll: its cursors acknowledge; `delivered`, and not shown again',
    async (stage) => {
      const [alice] = await stage.present(1);
      const [, bob] = stage.people(2);
      const { conv } = await alice.open([bob.name]);
      await alice.sayMany(conv, 3);
      const poll = polling(stage, bob);
      mustEqual(seqsOf(await poll({ [conv]: 0 })), [1, 2, 3], 'what is missing');
      await poll({ [conv]: 2 });
      await alice.expect('delivered', (one) => one.conv === conv && one.user === bob.name && one.seq === 2);
      mustEqual(seqsOf(await poll({})), [3], 'what was not acknowledged, for a poll without cursors');
    },
    { needs: ['key'] },
  ),

  check(
    'http.poll-page',
    '6 POST /poll: an answer ends at page.bytes; asking again gives the rest, in order',
    async (stage) => {
      const [alice] = await stage.present(1);
      const [, bob] = stage.people(2);
      const { conv } = await alice.open([bob.name]);
      await alice.sayMany(conv, 24, (n) => `${n} ${'x'.repeat(16_000)}`);
      const poll = polling(stage, bob);
      let held = 0;
      for (let answers = 0; held < 24; answers += 1) {
        const { bytes, ...page } = await poll({ [conv]: held });
        must(bytes <= answerBytes, `an answer of at most ${answerBytes} bytes`, `${bytes} bytes`);
        const last = held + page.messages.length;
        must(last > held && answers < 24, 'messages in each answer until all are there', page.messages.length);
        mustEqual(seqsOf(page), upTo(last, held + 1), 'the numbers that follow');
        held = last;
      }
    },
    { needs: ['key'] },
  ),

  check(
    'http.poll-events',
    '6 POST /poll events: `opened`, `removed`, `delivered`, `read` as whole frames',
    async (stage) => {
      const [alice] = await stage.present(1);
      const [, bob, carol] = stage.people(3);
      const poll = polling(stage, bob);
      const coming = poll({}, longMs);
      await stage.quiet();
      const { conv } = await alice.open([bob.name, carol.name]);
      const [opened] = (await coming).events;
      must(opened !== undefined, 'an event `opened`', opened);
      mustHold(opened, { t: 'opened', conv, kind: 'group', since: 1, seq: 0 }, 'the event');
      answered(await stage.http('POST /messages', { as: bob, body: { id: newId(), conv, body: 'by post' } }), 201);
      await alice.message(conv, 1);
      alice.ack(conv, 1);
      await stage.soon(async () => {
        const { events } = await poll({ [conv]: 1 }, 100);
        const isIt = (one: Told): boolean => one.conv === conv && one.seq === 1;
        const delivered = events.find((one) => one.t === 'delivered' && isIt(one));
        mustEqual(delivered, { t: 'delivered', conv, user: alice.user, seq: 1 }, 'the event `delivered`');
      });
      await alice.members(conv, { remove: [bob.name] });
      const { events } = await poll({ [conv]: 1 });
      mustEqual(
        events.filter(({ t }) => t === 'removed'),
        [{ t: 'removed', conv }],
        'the event `removed`',
      );
    },
    { needs: ['key'] },
  ),

  check('http.poll-bad', '5 gateway.bad_frame: 400', async (stage) => {
    const [as] = stage.people(1);
    const good = { device: `dev-${randomName()}`, cursors: {}, waitMs: 0 };
    const tooMany = Object.fromEntries(upTo(501).map((n) => [`conv-${n}`, 1]));
    const bad = [
      { ...good, device: undefined },
      { ...good, device: '-dash' },
      { ...good, cursors: [] },
      { ...good, cursors: { somewhere: -1 } },
      { ...good, cursors: tooMany },
      { ...good, waitMs: -1 },
      { ...good, waitMs: 'long' },
      '{',
    ];
    for (const body of bad) refusedWith(await stage.http('POST /poll', { as, body }), 400, 'gateway.bad_frame');
    answered(await stage.http('POST /poll', { as, body: good }), 200);
  }),
];
