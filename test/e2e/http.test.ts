// The HTTP API of docs/protocol.md section 6, from outside: every route and status, and what the connected see of it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isReal } from '#test/e2e/driver/real-backend';
import { call } from '#test/e2e/driver/http';
import type { Answer, Call } from '#test/e2e/driver/http';
import type { Client } from '#test/e2e/driver/client';
import { Stage, tokenFor } from '#test/e2e/stage';

let stage: Stage;
let anna: Client;
let ben: Client;
let direct: string;

const http = async (user: string, path: string, more: Call = {}): Promise<Answer> =>
  call(stage.server.http ?? '', path, { token: await tokenFor(user), ...more });

let ids = 0;
const fresh = (): string => `http-${String((ids += 1)).padStart(6, '0')}`;

beforeAll(async () => {
  stage = await Stage.open();
  [anna, ben] = [await stage.present('anna'), await stage.present('ben')];
  direct = (await anna.open(['ben'])).conv;
});

afterAll(() => stage.close());

describe('POST /messages', () => {
  test('201 as `stored`, 200 when it was there; every connection gets `message`, the sender’s own too', async () => {
    const id = fresh();
    const first = await http('anna', '/messages', { body: { id, conv: direct, body: 'by post', meta: { a: [1] } } });
    expect(first).toMatchObject({ status: 201, body: { id, conv: direct } });
    expect(Object.keys(first.body).sort()).toEqual(['at', 'conv', 'id', 'mid', 'seq']);
    const again = await http('anna', '/messages', { body: { id, conv: direct, body: 'another body' } });
    expect(again).toMatchObject({ status: 200, body: first.body });
    for (const { connection } of [anna, ben]) {
      const message = await connection.expect('message', (frame) => frame.id === id);
      expect(message).toMatchObject({ body: 'by post', from: 'anna', seq: first.body['seq'], meta: { a: [1] } });
    }
    expect(anna.connection.received('stored').filter((frame) => frame.id === id)).toEqual([]);
  });

  test('an id that was sent over WebSocket has the same number over HTTP', async () => {
    const { id, seq } = await anna.send(direct, 'over the socket');
    expect(await http('anna', '/messages', { body: { id, conv: direct, body: 'x' } })).toMatchObject({
      status: 200,
      body: { seq },
    });
  });

  test('a body over body.bytes, or over frame.bytes, is 413', async () => {
    const send = (body: string) => http('anna', '/messages', { body: { id: fresh(), conv: direct, body } });
    expect(await send('x'.repeat(16_384))).toMatchObject({ status: 201 });
    expect(await send('é'.repeat(8_193))).toMatchObject({ status: 413, body: { code: 'gateway.body_too_big' } });
    expect(await send('x'.repeat(100_000))).toMatchObject({ status: 413, body: { code: 'gateway.body_too_big' } });
  });
});

describe('GET /messages', () => {
  test('C10 K7 pages as `history`: the newest, after, before, and since a moment, inclusive', async () => {
    const { conv } = await anna.open(['ben'], { title: 'pages' });
    const stored = [];
    for (const body of ['one', 'two', 'three', 'four']) stored.push(await anna.send(conv, body));
    const get = async (query: string) => {
      const { status, body } = await http('ben', `/messages?conv=${conv}${query}`);
      expect([status, 'id' in body, 't' in body]).toEqual([200, false, false]);
      const { messages, more } = body as { messages: { seq: number; body: string; t?: string }[]; more: boolean };
      expect(messages.every((one) => one.t === undefined)).toBe(true);
      return [messages.map(({ seq }) => seq), more];
    };
    expect(await get('')).toEqual([[1, 2, 3, 4], false]);
    expect(await get('&limit=2')).toEqual([[3, 4], true]);
    expect(await get('&after=1&limit=2')).toEqual([[2, 3], true]);
    expect(await get('&before=3')).toEqual([[1, 2], false]);
    const moment = stored[2]?.at ?? 0;
    const since = stored.filter(({ at }) => at >= moment).map(({ seq }) => seq);
    expect(await get(`&since=${moment}`)).toEqual([since, false]);
    expect(await get(`&since=${(stored[3]?.at ?? 0) + 1}`)).toEqual([[], false]);
    expect(await get('&since=0&limit=1')).toEqual([[1], true]);
  });

  test.each([
    ['&after=1&before=2'],
    ['&after=1&since=2'],
    ['&limit=0'],
    ['&limit=201'],
    ['&limit=x'],
    ['&after=-1'],
    ['&since=soon'],
    ['&after=1&after=2'],
    ['&after=%zz'],
  ])('%s is a bad frame', async (query) => {
    const { status, body } = await http('anna', `/messages?conv=${direct}${query}`);
    expect([status, body['code'], body['effect']]).toEqual([400, 'gateway.bad_frame', 'none']);
  });

  test('without a conversation, a bad frame; with fields nobody knows, none', async () => {
    expect(await http('anna', '/messages')).toMatchObject({ status: 400 });
    expect(await http('anna', `/messages?conv=${direct}&dance=1`)).toMatchObject({ status: 200 });
  });
});

describe('conversations', () => {
  test('201 as `opened`, 200 when it was there; the founders who are connected hear of it', async () => {
    const id = fresh();
    const first = await http('anna', '/conversations', { body: { id, members: ['ben'], title: 'made by post' } });
    expect(first).toMatchObject({ status: 201, body: { id, kind: 'group', title: 'made by post', since: 1, seq: 0 } });
    const again = await http('anna', '/conversations', { body: { id, members: ['ben'], title: 'other' } });
    expect(again).toMatchObject({ status: 200, body: { conv: first.body['conv'], title: 'made by post' } });
    for (const { connection } of [anna, ben])
      expect(await connection.expect('opened', ({ conv }) => conv === first.body['conv'])).not.toHaveProperty('id');
    const pair = await http('anna', '/conversations', { body: { id: fresh(), members: ['ben'] } });
    expect(pair).toMatchObject({ status: 200, body: { conv: direct, kind: 'direct' } });
  });

  test('members: asked, changed with and without an id, refused', async () => {
    const { conv } = await anna.open(['ben'], { title: 'changing' });
    const path = `/conversations/${conv}/members`;
    const asked = await http('ben', path);
    expect(asked).toMatchObject({ status: 200, body: { conv, members: ['anna', 'ben'], since: 1, seq: 0 } });
    expect(asked.body).not.toHaveProperty('id');
    expect(await http('ben', path, { body: { add: ['cleo'] } })).toMatchObject({ status: 200, body: { seq: 1 } });
    const id = fresh();
    expect(await http('anna', path, { body: { id, remove: ['cleo'] } })).toMatchObject({ body: { id, seq: 2 } });
    expect(await ben.connection.expect('message', (frame) => frame.id === id)).toMatchObject({ body: '' });
    expect(await http('ben', path, { body: { remove: ['anna'] } })).toMatchObject({
      status: 403,
      body: { code: 'conversation.forbidden', conv },
    });
    expect(await http('anna', path, { body: { id: 7, add: ['x'] } })).toMatchObject({ status: 400 });
  });

  test.each<[string, object, string]>([
    ['nobody else', { members: [] }, 'conversation.too_few_members'],
    ['too many', { members: Array.from({ length: 256 }, (_, n) => `u${n}`) }, 'conversation.too_many_members'],
    ['a bad name', { members: ['no name'] }, 'gateway.bad_frame'],
  ])('open with %s is 400', async (_what, fields, code) => {
    const answer = await http('anna', '/conversations', { body: { id: fresh(), ...fields } });
    expect(answer).toMatchObject({ status: 400, body: { code, of: 'open', effect: 'none' } });
  });

  test('the members of a direct conversation cannot change: 400', async () => {
    const answer = await http('anna', `/conversations/${direct}/members`, { body: { add: ['cleo'] } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'conversation.direct' } });
  });
});

describe('GET /inbox', () => {
  test('pages by `next`, newest first, each conversation once', async () => {
    const convs: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const { body } = await http('ida', '/conversations', { body: { id: fresh(), members: ['ben'], title: `t${n}` } });
      convs.push(String(body['conv']));
    }
    const seen: string[] = [];
    let page = '';
    do {
      const { status, body } = await http('ida', `/inbox?limit=2${page}`);
      expect([status, 'id' in body]).toEqual([200, false]);
      expect(body['source']).toMatch(isReal() ? /^(dynamodb|primary|replica)$/ : /^embedded$/);
      seen.push(...(body['items'] as { conv: string }[]).map(({ conv }) => conv));
      page = typeof body['next'] === 'string' ? `&page=${encodeURIComponent(body['next'])}` : '';
    } while (page !== '');
    expect(seen).toHaveLength(5);
    expect([...seen].sort()).toEqual([...convs].sort());
  });

  test.each(['?limit=0', '?limit=101', '?page=nonsense', '?page='])('%s is a bad frame', async (query) => {
    expect(await http('anna', `/inbox${query}`)).toMatchObject({ status: 400, body: { code: 'gateway.bad_frame' } });
  });
});

type Route = readonly [method: string, path: string, body: unknown];

const routes: readonly Route[] = [
  ['GET', '/messages?conv=CONV', undefined],
  ['POST', '/messages', { id: 'http-send', conv: 'CONV', body: 'let me in' }],
  ['GET', '/conversations/CONV/members', undefined],
  ['POST', '/conversations/CONV/members', { add: ['cleo'] }],
];

describe('who may not', () => {
  test.each<Route>([...routes, ['POST', '/conversations', { members: ['x'] }], ['GET', '/inbox', undefined]])(
    '%s %s: no token, a bad one, an expired one are 401, before anything is judged',
    async (method, path, body) => {
      const tokens = [undefined, 'nonsense', await tokenFor('anna', -60), await tokenFor('anna', 60, 'x'.repeat(32))];
      for (const token of tokens) {
        const more = token === undefined ? {} : { token };
        const given = body === undefined ? {} : { body: '{"not": "valid"' };
        const answer = await call(stage.server.http ?? '', path, { method, ...more, ...given });
        expect([answer.status, answer.body['code']]).toEqual([401, 'gateway.unauthenticated']);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  );

  test.each(routes)('%s %s of a stranger: 403, in the same words as of one that does not exist', async (...route) => {
    const [method, path, body] = route;
    const asked = async (conv: string) => {
      const given = body === undefined ? {} : { body: JSON.stringify(body).replace('CONV', conv) };
      return http('stranger', path.replace('CONV', conv), { method, ...given });
    };
    const foreign = await asked(direct);
    expect([foreign.status, foreign.body['code'], foreign.body['effect']]).toEqual([
      403,
      'conversation.forbidden',
      'none',
    ]);
    const nowhere = await asked('no-such-conversation');
    expect({ ...nowhere.body, conv: '' }).toEqual({ ...foreign.body, conv: '' });
  });
});

describe('wrong requests', () => {
  test.each<[string, string, number]>([
    ['DELETE', '/messages', 405],
    ['PUT', '/inbox', 405],
    ['GET', '/conversations', 405],
    ['DELETE', '/conversations/c/members', 405],
    ['GET', '/nothing', 404],
    ['GET', '/messages/1', 404],
    ['GET', '/conversations/c', 404],
    ['GET', '/conversations/a/b/members', 404],
    ['GET', '/__proto__', 404],
    ['POST', '/protocol.json', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const answer = await http('anna', path, { method });
    expect(answer.status).toBe(status);
    expect(answer.body['code']).toBe(status === 404 ? 'gateway.not_found' : 'gateway.method');
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET|POST/);
  });

  test.each<[string, string | Uint8Array]>([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['nothing', ''],
    ['no UTF-8', Buffer.from('{"id":"http-utf8","conv":"c","body":"\xff"}', 'latin1')],
    ['a lone surrogate', '{"id":"http-lone","conv":"c","body":"\\ud800"}'],
  ])('a body that is %s is a bad frame', async (_what, body) => {
    const answer = await http('anna', '/messages', { method: 'POST', body });
    expect([answer.status, answer.body['code']]).toEqual([400, 'gateway.bad_frame']);
  });

  test('an error echoes id, conv and of', async () => {
    const answer = await http('anna', '/messages', { body: { id: 'http-echo', conv: 'c-echo', body: '' } });
    expect(answer.body).toMatchObject({ id: 'http-echo', conv: 'c-echo', of: 'send', effect: 'none' });
  });

  test('prototype keys are names like others', async () => {
    const body = '{"id":"http-proto","conv":"__proto__","body":"x","__proto__":{"id":"y"},"constructor":1}';
    expect(await http('anna', '/messages', { method: 'POST', body })).toMatchObject({ status: 403 });
    expect(await http('anna', '/messages?conv=__proto__')).toMatchObject({ status: 403 });
    expect(await http('anna', '/conversations/__proto__/members')).toMatchObject({ status: 403 });
  });
});

test('GET /protocol.json is the JSON Schema of every frame', async () => {
  const { status, headers, body } = await call(stage.server.http ?? '', '/protocol.json');
  expect([status, headers.get('content-type')]).toEqual([200, 'application/schema+json; charset=utf-8']);
  const names = Object.keys(body['$defs'] as object);
  expect(names).toEqual(expect.arrayContaining(['client.watch', 'server.presence', 'server.queued', 'client.inbox']));
});
