/** The other routes of the public listener: conversations, members, inbox, health, schema, refusals (section 6). */
import { check } from '#conformance/check';
import { newId } from '#conformance/client';
import { answered, refusedWith } from '#conformance/http';
import { nowSeconds, randomName } from '#conformance/tokens';
import type { Person } from '#conformance/tokens';
import type { Stage } from '#conformance/stage';
import { must, mustEqual, mustHold } from '#conformance/unmet';

const clientFrames = 'hello send ack read history inbox open members typing watch ping'.split(' ');
const serverFrames =
  'welcome stored queued message resumed ready delivered read history inbox opened members removed typing presence ' +
  'server_maintenance error pong';

/** Opens a conversation over HTTP; the answer is judged by the caller. */
const opening = (stage: Stage, as: Person, members: readonly string[], more: object = {}) =>
  stage.http('POST /conversations', { as, body: { id: newId(), members, ...more } });

const membersPath = (conv: string): `/${string}` => `/conversations/${encodeURIComponent(conv)}/members`;

const isSorted = (came: unknown, people: readonly Person[]): void => {
  must(Array.isArray(came), 'a list of members', came);
  mustEqual([...(came as string[])].sort(), people.map(({ name }) => name).sort(), 'members');
};

/** Every name that a JSON Schema gives to a type of frame. */
const constantsOf = (schema: unknown): string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const { const: constant, enum: names } = schema as { readonly const?: unknown; readonly enum?: unknown };
  const here = [constant, ...(Array.isArray(names) ? (names as unknown[]) : [])];
  return [...here.filter((one) => typeof one === 'string'), ...Object.values(schema).flatMap(constantsOf)];
};

export const httpChecks = [
  check('http.open', '6 POST /conversations: 201 as `opened`, 200 when it was there', async (stage) => {
    const [alice, bob, carol] = stage.people(3);
    const id = newId();
    const open = () => opening(stage, alice, [bob.name, carol.name], { id, title: 'by post' });
    const opened = answered(await open(), 201);
    stage.adopt(opened['conv']);
    mustHold(opened, { id, kind: 'group', title: 'by post', since: 1, seq: 0 }, 'the answer');
    isSorted(opened['members'], [alice, bob, carol]);
    mustEqual(answered(await open(), 200), opened, 'the answer to the same id');
  }),

  check('http.open-direct', '2 the one direct conversation of the pair, also over HTTP', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const { conv } = await alice.open([bob.user]);
    const opened = answered(await opening(stage, bob.person, [alice.user]), 200);
    mustHold(opened, { conv, kind: 'direct' }, 'the answer');
  }),

  check('http.open-founders', '4 opened over HTTP: all founders’ connections get `opened`', async (stage) => {
    const [alice, bob] = await stage.present(2);
    const opened = answered(await opening(stage, alice.person, [bob.user], { title: randomName() }), 201);
    const conv = stage.adopt(opened['conv']);
    for (const client of [alice, bob]) {
      const frame = await client.expect('opened', (one) => one.conv === conv);
      must(!('id' in frame), '`opened` without id', frame);
    }
  }),

  check('http.open-bad', '5 400: bad frames, and conversations that cannot be', async (stage) => {
    const [alice] = stage.people(1);
    refusedWith(await opening(stage, alice, []), 400, 'conversation.too_few_members');
    const many = Array.from({ length: 256 }, () => `check-${randomName()}`);
    refusedWith(await opening(stage, alice, many), 400, 'conversation.too_many_members');
    refusedWith(await opening(stage, alice, ['-dash']), 400, 'gateway.bad_frame');
    refusedWith(await opening(stage, alice, ['bob'], { id: 'short' }), 400, 'gateway.bad_frame');
    refusedWith(await stage.http('POST /conversations', { as: alice, body: '{' }), 400, 'gateway.bad_frame');
  }),

  check('http.members', '6 POST and GET /conversations/CONV/members: as `members`', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    const people = [alice, bob, carol].map(({ person }) => person);
    const request = { as: alice.person, body: { add: [carol.user] } };
    const changed = answered(await stage.http(`POST ${membersPath(conv)}`, request), 200);
    mustHold(changed, { conv, since: 1, seq: 1 }, 'the answer to POST');
    isSorted(changed['members'], people);
    const listed = answered(await stage.http(`GET ${membersPath(conv)}`, { as: carol.person }), 200);
    mustHold(listed, { conv, since: 1, seq: 1 }, 'the answer to GET');
    isSorted(listed['members'], people);
  }),

  check(
    'http.members-told',
    '4 a change over HTTP: every connection gets the entry, the added `opened`',
    async (stage) => {
      const [alice, bob, carol] = await stage.present(3);
      const conv = await stage.group(alice, bob);
      const body = { add: [carol.user] };
      answered(await stage.http(`POST ${membersPath(conv)}`, { as: alice.person, body }), 200);
      const event = { add: [carol.user], remove: [] };
      for (const client of [alice, bob, carol]) {
        mustHold(await client.message(conv, 1), { from: alice.user, body: '', event }, 'the entry');
      }
      await carol.expect('opened', (frame) => frame.conv === conv);
      const gone = { as: carol.person, body: { remove: [carol.user] } };
      await stage.http(`POST ${membersPath(conv)}`, gone);
      await carol.expect('removed', (frame) => frame.conv === conv);
    },
  ),

  check('http.members-refused', '5 403 conversation.forbidden; 400 conversation.direct', async (stage) => {
    const [alice, bob, carol] = await stage.present(3);
    const conv = await stage.group(alice, bob);
    const { conv: direct } = await alice.open([bob.user]);
    const change = (as: Person, name: string) =>
      stage.http(`POST ${membersPath(name)}`, { as, body: { add: [carol.user] } });
    refusedWith(await change(carol.person, conv), 403, 'conversation.forbidden');
    refusedWith(await stage.http(`GET ${membersPath(conv)}`, { as: carol.person }), 403, 'conversation.forbidden');
    refusedWith(await change(alice.person, `${conv.slice(0, 20)}-no`), 403, 'conversation.forbidden');
    refusedWith(await change(alice.person, direct), 400, 'conversation.direct');
  }),

  check(
    'http.inbox',
    '6 GET /inbox: as `inbox`',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      for (let n = 0; n < 3; n += 1) await stage.group(alice, bob);
      const found = new Set<string>();
      await stage.soon(async () => mustEqual((await bob.inbox()).items.length, 3, 'items'));
      const { t: _t, id: _id, ...expected } = await bob.inbox({ limit: 2 });
      const first = answered(await stage.http('GET /inbox?limit=2', { as: bob.person }), 200);
      mustEqual(first, expected, 'the answer, as over WebSocket');
      const path: `GET /${string}` = `GET /inbox?limit=2&page=${encodeURIComponent(String(first['next']))}`;
      const second = answered(await stage.http(path, { as: bob.person }), 200);
      for (const { items } of [first, second]) for (const item of items as { conv: string }[]) found.add(item.conv);
      mustEqual([found.size, 'next' in second], [3, false], 'items of both pages, and whether there are more');
      refusedWith(await stage.http('GET /inbox?limit=101', { as: bob.person }), 400, 'gateway.bad_frame');
    },
    { needs: ['key'] },
  ),

  check('http.unauthenticated', '5 gateway.unauthenticated: 401, on every route that needs a token', async (stage) => {
    const body = { id: newId(), conv: 'nowhere', body: 'x', members: ['somebody'] };
    const routes = [
      ['GET /messages?conv=nowhere', undefined],
      ['POST /messages', body],
      ['POST /conversations', body],
      ['POST /conversations/nowhere/members', {}],
      ['GET /conversations/nowhere/members', undefined],
      ['GET /inbox', undefined],
      ['POST /poll', { device: 'somewhere', cursors: {} }],
    ] as const;
    for (const [route, sent] of routes) {
      const request = sent === undefined ? {} : { body: sent };
      refusedWith(await stage.http(route, request), 401, 'gateway.unauthenticated');
      refusedWith(await stage.http(route, { ...request, token: 'garbage' }), 401, 'gateway.unauthenticated');
    }
  }),

  check(
    'http.expired',
    '6 an expired token: 401',
    async (stage) => {
      const [{ name: sub }] = stage.people(1);
      const expired = stage.forge({ claims: { sub, exp: nowSeconds() - 10 } });
      refusedWith(await stage.http('GET /inbox', { token: expired }), 401, 'gateway.unauthenticated');
      const good = stage.forge({ claims: { sub, exp: nowSeconds() + 60 } });
      answered(await stage.http('GET /inbox', { token: good }), 200);
    },
    { needs: ['key'] },
  ),

  check('http.not-found', '5 gateway.not_found: 404', async (stage) => {
    const [as] = stage.people(1);
    refusedWith(await stage.http('GET /no/such/route', { as }), 404, 'gateway.not_found');
    refusedWith(await stage.http('POST /no-such-route', { as, body: {} }), 404, 'gateway.not_found');
  }),

  check('http.method', '5 gateway.method: 405', async (stage) => {
    const [as] = stage.people(1);
    for (const route of ['DELETE /messages', 'PUT /inbox', 'POST /healthz', 'GET /conversations'] as const) {
      refusedWith(await stage.http(route, { as }), 405, 'gateway.method');
    }
  }),

  check('http.health', '6 GET /healthz and /readyz: alive, and taking new connections', async (stage) => {
    answered(await stage.http('GET /healthz'), 200);
    answered(await stage.http('GET /readyz'), 200);
  }),

  check('http.schema', '6 GET /protocol.json: a JSON Schema that names every frame', async (stage) => {
    const schema = answered(await stage.http('GET /protocol.json'), 200);
    must(String(schema['$schema']).includes('json-schema.org'), 'a JSON Schema', schema);
    const named = new Set(constantsOf(schema));
    const missing = [...clientFrames, ...serverFrames.split(' ')].filter((name) => !named.has(name));
    mustEqual(missing, [], 'frames that the schema does not name');
  }),
];
