/** `hello` and `welcome`: who comes in, as what, and how a session is renewed or replaced (sections 1, 2 and 5). */
import { check } from '#conformance/check';
import { newId } from '#conformance/client';
import { nowSeconds } from '#conformance/tokens';
import { must, mustEqual, mustHold } from '#conformance/unmet';

/** `exp` of a token, in milliseconds, as its owner can read it. */
const expiryOf = (token: string): number => {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return Number((JSON.parse(claims) as { readonly exp?: unknown }).exp) * 1_000;
};

export const helloChecks = [
  check(
    'hello.welcome',
    '3 welcome: session, user, device, node, heartbeatMs, ackWindow, resumed, exp',
    async (stage) => {
      const [alice] = stage.people(1);
      const client = await stage.client(alice);
      const welcome = await client.hello();
      const { session, node, heartbeatMs, ackWindow } = welcome;
      const expected = { user: alice.name, device: client.device, resumed: false, exp: expiryOf(alice.token) };
      mustHold(welcome, expected, '`welcome` of a new device');
      must(session !== '' && node !== '', 'a session and a node with names', welcome);
      must(heartbeatMs > 0 && ackWindow > 0, 'heartbeatMs and ackWindow above 0', welcome);
    },
  ),

  check('hello.resumed', '3 welcome: resumed is true when the server knew this device', async (stage) => {
    const [alice] = await stage.present(1);
    await alice.leave();
    const again = await stage.client(alice.person, alice.device);
    mustHold(await again.hello(), { resumed: true }, '`welcome` of a known device');
  }),

  check(
    'hello.ready',
    '3 ready: the replay that follows `welcome` is over',
    async (stage) => {
      const [alice] = await stage.present(1);
      await stage.quiet();
      const types = alice.frames.map(({ t }) => t);
      mustEqual(types, ['welcome', 'ready'], 'what a user without conversations gets');
    },
    { needs: ['key'] },
  ),

  check('hello.renews', '2 hello again, same user and device: `welcome` alone, same session', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const conv = await stage.group(alice, bob);
    await bob.say(conv);
    await alice.message(conv, 1);
    const before = alice.frames.length;
    const welcome = await alice.hello({ [conv]: 0 });
    mustEqual(welcome.session, alice.all('welcome')[0]?.session, 'the same session');
    await alice.taken();
    await stage.quiet();
    const types = alice.frames.slice(before).map(({ t }) => t);
    mustEqual(types, ['welcome', 'pong'], 'answers to the second hello and a ping');
    await alice.say(conv);
  }),

  check(
    'hello.renews-exp',
    '2 hello again with a fresh token renews the session: exp is the new one',
    async (stage) => {
      const [alice] = await stage.present(1);
      const exp = nowSeconds() + 7_200;
      const token = stage.forge({ claims: { sub: alice.user, exp } });
      alice.send({ t: 'hello', token, device: alice.device });
      const renewed = await alice.expect('welcome', (frame) => frame !== alice.all('welcome')[0]);
      mustHold(renewed, { exp: exp * 1_000 }, 'the second `welcome`');
    },
    { needs: ['key'] },
  ),

  check('hello.renews-not-another-user', '2 hello again, of another user: 4101', async (stage) => {
    const [alice] = await stage.present(1);
    const [, bob] = stage.people(2);
    alice.send({ t: 'hello', token: bob.token, device: alice.device });
    await alice.closes(4101);
  }),

  check('hello.renews-not-another-device', '2 hello again, of another device: bad frame', async (stage) => {
    const [alice] = await stage.present(1);
    await alice.refusedOf('gateway.bad_frame', { t: 'hello', token: alice.person.token, device: 'another' });
    await alice.taken();
  }),

  check('hello.not-ready', '5 a frame before `welcome`: gateway.not_ready, and the connection lives', async (stage) => {
    const [alice] = stage.people(1);
    const client = await stage.client(alice);
    const id = newId();
    const error = await client.refused('gateway.not_ready', { t: 'send', id, conv: 'nowhere', body: 'too early' });
    mustHold(error, { id, conv: 'nowhere', of: 'send' }, 'the error');
    await client.refusedOf('gateway.not_ready', { t: 'ping' });
    await client.hello();
  }),

  check('hello.bad-frame', '2 a bad hello leaves the connection open for a good one', async (stage) => {
    const [alice] = stage.people(1);
    const client = await stage.client(alice);
    await client.refusedOf('gateway.bad_frame', { t: 'hello', token: alice.token });
    await client.refusedOf('gateway.bad_frame', { t: 'hello', token: alice.token, device: '.hidden' });
    await client.refusedOf('gateway.bad_frame', { t: 'hello', token: alice.token, device: 'd'.repeat(65) });
    await client.hello();
  }),

  check('hello.cursors', '2 hello.cursors names at most 500 conversations (more: bad frame)', async (stage) => {
    const [alice] = stage.people(1);
    const client = await stage.client(alice);
    const cursors = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`no-${n}`, 0]));
    const hello = { t: 'hello', token: alice.token, device: client.device };
    await client.refusedOf('gateway.bad_frame', { ...hello, cursors: cursors(501) });
    await client.refusedOf('gateway.bad_frame', { ...hello, cursors: { somewhere: -1 } });
    await client.refusedOf('gateway.bad_frame', { ...hello, cursors: ['somewhere'] });
    await client.hello(cursors(500));
    await client.expect('ready');
  }),

  check(
    'hello.in-time',
    '2 hello comes within 10 s, or the connection is closed with 4101',
    async (stage) => {
      const link = await stage.link();
      await link.closes(4101);
    },
    { needs: ['slow'], waitsMs: 15_000 },
  ),

  check(
    'hello.replaces',
    '4 hello of a device that is connected elsewhere closes the older one: 4103',
    async (stage) => {
      const [alice] = await stage.present(1);
      const other = await stage.connect(alice.person);
      const newer = await stage.connect(alice.person, alice.device);
      await alice.closes(4103);
      await Promise.all([newer.taken(), other.taken()]);
    },
  ),
];
