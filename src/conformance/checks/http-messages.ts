/** `GET` and `POST /messages`: the same conversation without a WebSocket (section 6). */
import { check } from '#conformance/check';
import { newId } from '#conformance/client';
import type { Client } from '#conformance/client';
import type { Answer } from '#conformance/http';
import { answered, refusedWith } from '#conformance/http';
import type { Person } from '#conformance/tokens';
import type { Stage } from '#conformance/stage';
import { must, mustEqual, mustHold, NotTried } from '#conformance/unmet';

/** More at once than any user may send by default. */
const burst = 900;

/** How often that is tried. */
const bursts = 4;

const seqsOf = (answer: Answer): unknown[] => {
  const { messages } = answered(answer, 200);
  must(Array.isArray(messages), 'a list of messages', messages);
  return messages.map((message: { readonly seq?: unknown }) => message.seq);
};

const reading = (stage: Stage, as: Person, conv: string) => (query: string) =>
  stage.http(`GET /messages?conv=${encodeURIComponent(conv)}${query}`, { as });

const posting =
  (stage: Stage, as: Person, conv: string) =>
  (body: string, id = newId(), more: object = {}) =>
    stage.http('POST /messages', { as, body: { id, conv, body, ...more } });

const pair = async (stage: Stage): Promise<{ alice: Client; bob: Client; conv: string }> => {
  const [alice, bob] = await stage.present(2);
  return { alice, bob, conv: await stage.group(alice, bob) };
};

export const httpMessageChecks = [
  check('http.history', '6 GET /messages: as `history`', async (stage) => {
    const { alice, bob, conv } = await pair(stage);
    await alice.sayMany(conv, 3);
    await alice.say(conv, 'with meta', { meta: { a: 1 } });
    const { t: _t, id: _id, ...expected } = await bob.history(conv);
    mustEqual(answered(await reading(stage, bob.person, conv)(''), 200), expected, 'the answer, as over WebSocket');
  }),

  check('http.history-bounds', '6 GET /messages: after, before (exclusive), limit', async (stage) => {
    const { alice, bob, conv } = await pair(stage);
    await alice.sayMany(conv, 8);
    const read = reading(stage, bob.person, conv);
    mustEqual(seqsOf(await read('&after=2&limit=3')), [3, 4, 5], 'three after 2');
    mustEqual(seqsOf(await read('&before=4&limit=2')), [2, 3], 'two before 4');
    const newest = await read('&limit=2');
    mustEqual([seqsOf(newest), newest.json['more']], [[7, 8], true], 'the newest two, and more');
  }),

  check('http.history-since', '6 GET /messages since: an `at`, inclusive', async (stage) => {
    const { alice, bob, conv } = await pair(stage);
    for (let n = 0; n < 3; n += 1) {
      await alice.say(conv);
      await stage.quiet(10);
    }
    const [, second, third] = (await bob.history(conv)).messages;
    const read = reading(stage, bob.person, conv);
    must(second !== undefined && third !== undefined && second.at < third.at, 'times that differ', [second, third]);
    mustEqual(seqsOf(await read(`&since=${second.at}`)), [2, 3], 'since the time of the second');
    mustEqual(seqsOf(await read(`&since=${second.at + 1}`)), [3], 'since the moment after it');
    mustEqual(seqsOf(await read(`&since=${third.at + 1}`)), [], 'since the moment after the last');
  }),

  check('http.history-forbidden', '5 conversation.forbidden: 403, alike where there is none', async (stage) => {
    const { conv } = await pair(stage);
    const [, , carol] = stage.people(3);
    const [foreign, missing] = [
      await reading(stage, carol, conv)(''),
      await reading(stage, carol, `${conv.slice(0, 20)}-no`)(''),
    ];
    refusedWith(foreign, 403, 'conversation.forbidden');
    refusedWith(missing, 403, 'conversation.forbidden');
    mustEqual(foreign.json['message'], missing.json['message'], 'the same message');
  }),

  check('http.history-bad', '5 gateway.bad_frame: 400', async (stage) => {
    const { bob, conv } = await pair(stage);
    const read = reading(stage, bob.person, conv);
    for (const query of ['&limit=0', '&limit=201', '&limit=x', '&after=1&before=3', '&after=-1', '&since=x']) {
      refusedWith(await read(query), 400, 'gateway.bad_frame');
    }
    refusedWith(await stage.http('GET /messages', { as: bob.person }), 400, 'gateway.bad_frame');
  }),

  check('http.send', '6 POST /messages: 201 as `stored`', async (stage) => {
    const { alice, bob, conv } = await pair(stage);
    const id = newId();
    const stored = answered(await posting(stage, alice.person, conv)('by post', id, { meta: { a: 1 } }), 201);
    const { mid, at } = await bob.message(conv, 1);
    mustEqual(stored, { id, conv, seq: 1, mid, at }, 'the answer');
    mustHold(await bob.message(conv, 1), { id, from: alice.user, body: 'by post', meta: { a: 1 } }, '`message`');
  }),

  check('http.send-to-all', '4 for a send over HTTP every connection gets `message`', async (stage) => {
    const { alice, bob, conv } = await pair(stage);
    const phone = await stage.connect(alice.person);
    answered(await posting(stage, alice.person, conv)('by post'), 201);
    await Promise.all([alice, phone, bob].map((client) => client.message(conv, 1)));
    await stage.quiet();
    mustEqual(
      [alice, phone, bob].flatMap((client) => client.seqs(conv)),
      [1, 1, 1],
      'messages',
    );
    mustEqual(alice.all('stored'), [], '`stored`');
  }),

  check('http.send-again', '6 POST /messages: 200 when it was there, with what was stored first', async (stage) => {
    const { alice, conv } = await pair(stage);
    const post = posting(stage, alice.person, conv);
    const id = newId();
    const first = answered(await post('first', id), 201);
    mustEqual(answered(await post('second', id), 200), first, 'the same answer');
  }),

  check('http.send-same-id', '4 a repeated id over any way gets the first `stored` again', async (stage) => {
    const { alice, conv } = await pair(stage);
    const post = posting(stage, alice.person, conv);
    const { t: _t, ...stored } = await alice.say(conv);
    mustEqual(answered(await post('by post', stored.id), 200), stored, 'the answer to the same id over HTTP');
    const posted = answered(await post('by post'), 201);
    const again = await alice.ask('stored', { t: 'send', id: String(posted['id']), conv, body: 'by socket' });
    mustHold(again, posted, '`stored` for an id of HTTP');
  }),

  check('http.send-forbidden', '5 conversation.forbidden: 403', async (stage) => {
    const { alice, conv } = await pair(stage);
    const [, , carol] = stage.people(3);
    const answer = await posting(stage, carol, conv)('let me in');
    refusedWith(answer, 403, 'conversation.forbidden');
    mustEqual((await alice.history(conv)).messages, [], 'messages');
  }),

  check('http.send-too-big', '5 gateway.body_too_big: 413', async (stage) => {
    const { alice, conv } = await pair(stage);
    const post = posting(stage, alice.person, conv);
    refusedWith(await post('b'.repeat(16_385)), 413, 'gateway.body_too_big');
    answered(await post('b'.repeat(16_384)), 201);
  }),

  check('http.send-bad', '5 gateway.bad_frame: 400', async (stage) => {
    const { alice, conv } = await pair(stage);
    const bodies = [
      'not json',
      '[]',
      { conv, body: 'no id' },
      { id: 'short', conv, body: 'x' },
      { id: newId(), conv, body: '' },
      { id: newId(), conv, body: 'x', meta: [] },
      { id: newId(), body: 'no conv' },
    ];
    for (const body of bodies) {
      refusedWith(await stage.http('POST /messages', { as: alice.person, body }), 400, 'gateway.bad_frame');
    }
  }),

  check(
    'http.retry-after',
    '6 every 429 and 503 has Retry-After, in seconds',
    async (stage) => {
      const { alice, conv } = await pair(stage);
      const post = posting(stage, alice.person, conv);
      let refused: Answer | undefined;
      // A rate that was used up over the socket counts over HTTP too; on a slow machine it may have recovered by then.
      for (let turn = 0; turn < bursts && refused === undefined; turn += 1) {
        for (let n = 0; n < burst; n += 1) alice.send({ t: 'send', id: newId(), conv, body: 'quick' });
        const answers = await Promise.all(Array.from({ length: 100 }, () => post('once more')));
        refused = answers.find(({ status }) => status === 429);
      }
      if (refused === undefined) throw new NotTried(`no rate limit was met within ${bursts} times ${burst} sends`);
      refusedWith(refused, 429, 'gateway.rate_limited');
      must(typeof refused.json['retryAfterMs'] === 'number', 'retryAfterMs', refused.json);
    },
    { needs: ['key'], waitsMs: 5_000 },
  ),
];
