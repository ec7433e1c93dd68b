/** Sending: what is stored comes back exactly, once, numbered in order (sections 1 and 4). */
import { check } from '#conformance/check';
import { newId } from '#conformance/client';
import { must, mustEqual, mustHold } from '#conformance/unmet';

const bodyBytes = 16_384;
const metaBytes = 1_024;
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const dayMs = 86_400_000;

const awkward = 'NUL \u0000, "quotes" \\ / \n\r\t, \u2028\u2029, e\u0301, 👩‍👩‍👧, \u{10ffff}, \ufeff, ﷽';

export const sendChecks = [
  check('send.stored', '1 seq 1, 2, 3 without gaps; mid a ULID; at in Unix milliseconds', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const mids = new Set<string>();
    for (const seq of [1, 2, 3]) {
      const stored = await alice.say(conv);
      mustHold(stored, { conv, seq }, '`stored`');
      must(ulid.test(stored.mid), 'a mid that is a ULID', stored);
      must(Math.abs(stored.at - Date.now()) < dayMs, 'at in Unix milliseconds', stored);
      mids.add(stored.mid);
    }
    mustEqual(mids.size, 3, 'different mids');
  }),

  check('send.message', '4 `message` says what `stored` said', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const { id, seq, mid, at } = await alice.say(conv, 'what was said');
    const message = await bob.message(conv, seq);
    mustEqual(message, { t: 'message', conv, seq, mid, from: alice.user, id, body: 'what was said', at }, '`message`');
  }),

  check('send.body-exact', '1 a body comes back exactly; NUL is allowed', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await alice.say(conv, awkward);
    mustHold(await bob.message(conv, 1), { body: awkward }, '`message`');
    mustEqual(
      (await bob.history(conv)).messages.map(({ body }) => body),
      [awkward],
      'bodies in the history',
    );
  }),

  check('send.body-limit', '1 body: 16,384 bytes in UTF-8 of what was parsed; more: body_too_big', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const refused = (body: string) => alice.refused('gateway.body_too_big', { t: 'send', id: newId(), conv, body });
    await refused('b'.repeat(bodyBytes + 1));
    await refused('é'.repeat(bodyBytes / 2 + 1));
    await refused('👻'.repeat(bodyBytes / 4 + 1));
    await alice.say(conv, 'b'.repeat(bodyBytes));
    await alice.say(conv, '👻'.repeat(bodyBytes / 4));
    const id = newId();
    alice.raw(`{"t":"send","id":"${id}","conv":${JSON.stringify(conv)},"body":"${'\\u0001'.repeat(10_000)}"}`);
    await alice.expect('stored', (frame) => frame.id === id);
  }),

  check('send.meta', '1 meta is stored and returned untouched', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const meta = { z: 1, a: { deep: [null, true, -0.5, 'ü', {}] }, '10': 'ten', '': 'empty' };
    await alice.say(conv, 'with meta', { meta });
    mustHold(await bob.message(conv, 1), { meta }, '`message`');
    mustEqual((await bob.history(conv)).messages[0]?.meta, meta, 'meta in the history');
    await alice.say(conv, 'without');
    must(!('meta' in (await bob.message(conv, 2))), 'no meta where none was sent', bob.messages(conv));
  }),

  check('send.meta-limit', '1 meta: at most 1,024 bytes as sent (more: bad frame)', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const sized = (bytes: number) => ({ m: 'é'.repeat((bytes - 8) / 2) });
    await alice.say(conv, 'all of it', { meta: sized(metaBytes) });
    const frame = { t: 'send', id: newId(), conv, body: 'too much', meta: sized(metaBytes + 2) };
    await alice.refused('gateway.bad_frame', frame);
  }),

  check('send.same-id', '4 a repeated id gets the first `stored` again, and is no second message', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const frame = { t: 'send', id: newId(), conv, body: 'once' };
    const first = await alice.ask('stored', frame);
    mustEqual(await alice.ask('stored', frame), first, 'the same `stored`');
    await alice.say(conv, 'next');
    await bob.message(conv, 2);
    mustEqual(
      bob.messages(conv).map(({ body }) => body),
      ['once', 'next'],
      'the bodies of all messages',
    );
  }),

  check('send.same-id-other-body', '4 a repeated id: the first, whatever body it now carries', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const id = newId();
    const first = await alice.ask('stored', { t: 'send', id, conv, body: 'first' });
    const again = await alice.ask('stored', { t: 'send', id, conv, body: 'second', meta: { other: true } });
    mustEqual(again, first, 'the same `stored`');
    mustEqual(
      (await bob.history(conv)).messages.map(({ body }) => body),
      ['first'],
      'bodies in the history',
    );
  }),

  check('send.same-id-other-device', '4 a repeated id over another device: the first `stored`', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const first = await alice.say(conv);
    const other = await stage.connect(alice.person);
    const again = await other.ask('stored', { t: 'send', id: first.id, conv, body: 'elsewhere' });
    mustEqual(again, first, 'the same `stored`');
  }),

  check(
    'send.same-id-at-once',
    '4 a repeated id, both in flight: one message, twice the same `stored`',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const conv = await stage.group(alice, bob);
      const other = await stage.connect(alice.person);
      const frame = { t: 'send', id: newId(), conv, body: 'at once' };
      const both = await Promise.all([alice.ask('stored', frame), other.ask('stored', frame)]);
      mustEqual(both[0], both[1], 'twice the same `stored`');
      mustEqual((await bob.history(conv)).messages.length, 1, 'messages in the history');
    },
  ),

  check('send.same-id-other-user', '4 an id belongs to its user', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const { id } = await alice.say(conv);
    const other = await bob.ask('stored', { t: 'send', id, conv, body: 'mine' });
    mustHold(other, { seq: 2 }, '`stored` of another user with the same id');
  }),

  check('send.same-id-other-conversation', '4 an id belongs to its conversation', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const [one, two] = [await stage.group(alice, bob), await stage.group(alice, bob)];
    const { id } = await alice.say(one);
    await alice.say(two);
    const other = await alice.ask('stored', { t: 'send', id, conv: two, body: 'the same id' });
    mustHold(other, { conv: two, seq: 2 }, '`stored` in another conversation with the same id');
  }),

  check('send.id-as-sent', '1 ids are compared as sent', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const id = newId();
    await alice.ask('stored', { t: 'send', id, conv, body: 'small' });
    const other = await alice.ask('stored', { t: 'send', id: id.toUpperCase(), conv, body: 'large' });
    mustHold(other, { id: id.toUpperCase(), seq: 2 }, '`stored` of an id in capitals');
  }),

  check('send.order', '4 sends of one connection are numbered and answered in their order', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const stored = await alice.sayMany(conv, 50);
    mustEqual(
      stored.map(({ seq }) => seq),
      Array.from({ length: 50 }, (_, n) => n + 1),
      'numbers of the answers',
    );
    const bodies = (await bob.gets(conv, 50)).map(({ body }) => body);
    mustEqual(
      bodies,
      Array.from({ length: 50 }, (_, n) => `word ${n}`),
      'bodies in order',
    );
  }),

  check('send.refused-leaves-its-place', '4 a refused send leaves its place', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const send = (body: string): string => {
      const id = newId();
      alice.send({ t: 'send', id, conv, body });
      return id;
    };
    const [one, bad, two] = [send('one'), send('b'.repeat(bodyBytes + 1)), send('two')];
    mustHold(await alice.expect('stored', ({ id }) => id === one), { seq: 1 }, 'the send before');
    mustHold(await alice.expect('stored', ({ id }) => id === two), { seq: 2 }, 'the send after');
    await alice.expect('error', ({ id, code }) => id === bad && code === 'gateway.body_too_big');
  }),

  check(
    'send.forbidden',
    '4 no such conversation and no member answer alike: conversation.forbidden',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob);
      const refused = async (to: string) => {
        const frame = { t: 'send', id: newId(), conv: to, body: 'let me in' };
        const { id: _id, conv: _conv, ...rest } = await carol.refused('conversation.forbidden', frame);
        return rest;
      };
      mustEqual(await refused(`${conv.slice(0, 20)}-no`), await refused(conv), 'the same answer');
      mustEqual((await alice.history(conv)).messages, [], 'messages of the conversation');
    },
  ),

  check('send.members-first', '4 membership is checked before a repeated id', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    const { id } = await bob.say(conv);
    await alice.members(conv, { remove: [bob.user] });
    await bob.refused('conversation.forbidden', { t: 'send', id, conv, body: 'again' });
  }),

  check('send.to-others', '4 the sender’s connection gets `stored`, every other one `message`', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const [phone, tablet] = [await stage.connect(alice.person), await stage.connect(bob.person)];
    const conv = await stage.group(alice, bob);
    await alice.say(conv);
    await Promise.all([bob, phone, tablet].map((client) => client.message(conv, 1)));
    await stage.quiet();
    mustEqual(alice.messages(conv), [], 'messages to the connection that sent');
    mustEqual(
      [bob, phone, tablet].flatMap((client) => client.seqs(conv)),
      [1, 1, 1],
      'messages to the others',
    );
    mustEqual(
      [bob, phone].flatMap((client) => client.all('stored')),
      [],
      '`stored` to the others',
    );
  }),

  check('send.to-members', '4 `message` goes to members only', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    await alice.say(conv);
    await bob.message(conv, 1);
    await stage.quiet();
    mustEqual(carol.messages(conv), [], 'messages to somebody who is no member');
  }),

  check('send.at', '1 at never falls within a conversation', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    for (let round = 0; round < 3; round += 1) await Promise.all([alice.sayMany(conv, 5), bob.sayMany(conv, 5)]);
    const times = (await alice.history(conv)).messages.map(({ at }) => at);
    mustEqual(
      times,
      [...times].sort((one, other) => one - other),
      'times in order',
    );
  }),

  check('send.at-once', '1 who talk at once see one order, numbered without gaps', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob, carol);
    const perUser = 20;
    const all = await Promise.all([alice, bob, carol].map((client) => client.sayMany(conv, perUser)));
    const numbers = all
      .flat()
      .map(({ seq }) => seq)
      .sort((one, other) => one - other);
    const expected = Array.from({ length: 3 * perUser }, (_, n) => n + 1);
    mustEqual(numbers, expected, 'the numbers of all sends');
    const [one, other] = await Promise.all([alice, bob].map((client) => client.history(conv, { limit: 200 })));
    mustEqual(one?.messages, other?.messages, 'the same history');
    mustEqual(
      one?.messages.map(({ seq }) => seq),
      expected,
      'the numbers of the history',
    );
  }),
];
