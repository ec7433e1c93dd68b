// The HTTP API of the edge, over a fake app: which request becomes which frame, and which answer which status.
import { describe, expect, test } from 'vitest';
import type { ApiAnswer, ApiCall } from '#contract/api';
import { failed, fault, ok } from '#contract/effects';
import { errorTable, type ErrorCode } from '#contract/errors';
import type { LimitName } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import type { Tokens } from '#contract/ports/system';
import { silentDoors, startEdge, tcp } from '#test/gateway/edge/kit';

const tokens: Tokens = {
  verify: (token) => (done) =>
    done(
      token === 'anna'
        ? ok({ user: 'anna', expiresAt: 9, admin: false })
        : failed(fault('gateway.unauthenticated', 'not valid')),
    ),
};

const seen: ApiAnswer = { frame: { t: 'inbox', id: '', items: [], source: 'embedded' }, isNew: false };

/** An edge whose app answers everything with `answer`; asks as anna. */
const start = async (answer: ApiAnswer = seen, changed: Partial<Record<LimitName, number>> = {}) => {
  const calls: ApiCall[] = [];
  const counted: string[] = [];
  const meter: Meter = {
    count: (name, labels = '') => void counted.push(`${name} ${labels}`),
    observe: () => undefined,
  };
  const request = (call: ApiCall, done: (given: ApiAnswer) => void): void => {
    calls.push(call);
    done(answer);
  };
  const api = { ...silentDoors.api, tokens, request };
  const { url, world } = await startEdge(changed, undefined, { api, meter });
  const ask = (path: string, more: RequestInit = {}) =>
    fetch(`${url}${path}`, { headers: { authorization: 'Bearer anna' }, ...more });
  const post = (path: string, body: string) => ask(path, { method: 'POST', body });
  return { url, world, calls, counted, ask, post };
};

type Asked = readonly [method: string, path: string, body: string | null];

/** One good request of each route. */
const routes: readonly Asked[] = [
  ['GET', '/messages?conv=c1', null],
  ['POST', '/messages', '{"id":"send-001","conv":"c1","body":"x"}'],
  ['POST', '/conversations', '{"id":"open-001","members":["ben"]}'],
  ['GET', '/conversations/c1/members', null],
  ['POST', '/conversations/c1/members', '{"add":["ben"]}'],
  ['GET', '/inbox', null],
];

const nothing = { add: [], remove: [] };

describe('a request becomes a frame', () => {
  test.each<readonly [...Asked, frame: object]>([
    ['GET', '/messages?conv=c1', null, { t: 'history', id: '', conv: 'c1', limit: 50 }],
    ['GET', '/messages?conv=c%201&after=7&limit=200', null, { t: 'history', conv: 'c 1', after: 7, limit: 200 }],
    ['GET', '/messages?conv=c1&before=7&unknown', null, { t: 'history', before: 7, limit: 50 }],
    ['GET', '/messages?since=1700000000000&conv=c1', null, { t: 'history', since: 1_700_000_000_000 }],
    ['POST', '/messages', '{"id":"send-001","conv":"c1","body":"x","meta":{"a":1}}', { t: 'send', meta: { a: 1 } }],
    ['POST', '/messages', '{"t":"ack","id":"send-001","conv":"c1","body":"x"}', { t: 'send', body: 'x' }],
    ['POST', '/conversations', '{"id":"open-001","members":["ben"],"title":"t"}', { t: 'open', title: 't' }],
    ['GET', '/conversations/a%2Fb%20%C3%A9/members', null, { t: 'members', id: '', conv: 'a/b é', ...nothing }],
    ['POST', '/conversations/c1/members', '{"add":["ben"]}', { t: 'members', id: '', add: ['ben'], remove: [] }],
    [
      'POST',
      '/conversations/c1/members',
      '{"id":"change-1","conv":"c2"}',
      { t: 'members', id: 'change-1', conv: 'c1' },
    ],
    ['GET', '/inbox', null, { t: 'inbox', id: '', limit: 20 }],
    ['GET', '/inbox?limit=3&page=5_c1', null, { t: 'inbox', limit: 3, page: { at: 5, conv: 'c1' } }],
  ])('%s %s %s', async (method, path, body, frame) => {
    const { ask, calls } = await start();
    await ask(path, { method, body });
    expect(calls).toMatchObject([{ user: 'anna', ip: '127.0.0.1', frame }]);
  });

  test('HEAD asks as GET does, and is answered without a body', async () => {
    const { ask, calls } = await start();
    const answer = await ask('/inbox', { method: 'HEAD' });
    expect([answer.status, await answer.text(), calls.length]).toEqual([200, '', 1]);
    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(10);
  });
});

describe('an answer becomes a status', () => {
  const stored = { t: 'stored', id: 'send-001', conv: 'c1', seq: 1, mid: 'm', at: 2 } as const;
  test.each<[ApiAnswer, number, object]>([
    [{ frame: stored, isNew: true }, 201, { id: 'send-001', conv: 'c1', seq: 1, mid: 'm', at: 2 }],
    [{ frame: stored, isNew: false }, 200, { id: 'send-001', conv: 'c1', seq: 1, mid: 'm', at: 2 }],
    [{ frame: { t: 'queued', id: 'send-001', conv: 'c1' }, isNew: true }, 202, { id: 'send-001', conv: 'c1' }],
    [seen, 200, { items: [], source: 'embedded' }],
  ])('%j is %i', async (answer, status, body) => {
    const { post } = await start(answer);
    const got = await post('/messages', '{"id":"send-001","conv":"c1","body":"x"}');
    expect([got.status, await got.json()]).toEqual([status, body]);
    expect(got.headers.get('cache-control')).toBe('no-store');
  });

  const codes = (Object.keys(errorTable) as ErrorCode[]).filter((code) => errorTable[code].http !== null);

  test.each(codes)('G5 %s has the status of its row on every route; 429 and 503 say when to return', async (code) => {
    const error = { t: 'error', id: 'send-001', conv: 'c1', of: 'x', code, message: 'why', effect: 'none' } as const;
    const plain = await start({ frame: error, isNew: false });
    const timed = await start({ frame: { ...error, retryAfterMs: 2_001 }, isNew: false });
    for (const [method, path, body] of routes) {
      const answer = await plain.ask(path, { method, body });
      const later = answer.status === 429 || answer.status === 503;
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([errorTable[code].http, later ? '1' : null]);
      const { t: _, ...bare } = error;
      expect(await answer.json()).toEqual(later ? { ...bare, retryAfterMs: 1_000 } : bare);
      const slower = await timed.ask(path, { method, body });
      expect(slower.headers.get('retry-after')).toBe(later ? '3' : null);
    }
  });
});

describe('who asks is found out before what', () => {
  const bad: readonly Asked[] = [...routes, ['POST', '/messages', '{'], ['GET', '/messages?after=x&after=y', null]];
  const paths: readonly Asked[] = [
    ['GET', '/conversations/%zz/members', null],
    ['POST', '/conversations/%zz/members', '{'],
  ];
  test.each<Asked>([...bad, ...paths])('%s %s %s without a good token is 401', async (method, path, body) => {
    const { url, calls } = await start();
    const schemes = ['', 'Bearer', 'Bearer nobody', 'Basic anna', 'Bearer anna nobody'];
    for (const authorization of schemes) {
      const more = { method, body };
      const answer = await fetch(`${url}${path}`, { ...more, headers: { authorization } });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await answer.json()).toMatchObject({ code: 'gateway.unauthenticated', effect: 'none' });
    }
    expect(calls).toEqual([]);
  });

  test('the scheme is read in any case', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/inbox`, { headers: { authorization: 'bearer anna' } })).status).toBe(200);
  });
});

describe('what is wrong', () => {
  test.each([
    '/messages',
    '/messages?conv=',
    `/messages?conv=${'x'.repeat(65)}`,
    '/messages?conv=c1&conv=c1',
    '/messages?conv=%ff',
    '/messages?conv=c1&limit=1e2',
    '/messages?conv=c1&limit=%2050',
    '/messages?conv=c1&after=1.5',
    '/messages?conv=c1&since=',
    '/messages?conv=c1&since=1&before=2',
    '/conversations/%zz/members',
    '/conversations/%ff/members',
    '/conversations//members',
    '/inbox?limit=20&limit=20',
  ])('%s is 400', async (path) => {
    const { ask, calls } = await start();
    const answer = await ask(path);
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'gateway.bad_frame', effect: 'none' }]);
    expect(calls).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['OPTIONS', '/messages', 'GET, HEAD, POST'],
    ['OPTIONS', '/conversations', 'POST'],
    ['HEAD', '/conversations', 'POST'],
    ['PATCH', '/conversations/c1/members', 'GET, HEAD, POST'],
    ['POST', '/inbox', 'GET, HEAD'],
    ['OPTIONS', '/protocol.json', 'GET, HEAD'],
  ])('%s %s is 405 with Allow, and no page of another origin is let in', async (method, path, allow) => {
    const { ask } = await start();
    const answer = await ask(path, { method, headers: { origin: 'http://elsewhere.test' } });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('frame.bytes: a body is read that far and no further, however it comes', async () => {
    const { post, world, calls } = await start(seen, { 'frame.bytes': 100 });
    const body = (bytes: number) => `{"id":"send-001","conv":"c1","body":"x"}`.padEnd(bytes);
    expect((await post('/messages', body(100))).status).toBe(200);
    const over = await post('/messages', body(101));
    expect([over.status, await over.json()]).toMatchObject([413, { code: 'gateway.body_too_big', effect: 'none' }]);
    const head = 'POST /messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer anna\r\n';
    const chunked = tcp(world.port, `${head}Transfer-Encoding: chunked\r\n\r\n60\r\n${'x'.repeat(96)}\r\n`);
    chunked.socket.write(`10\r\n${'x'.repeat(16)}\r\n`);
    expect(await chunked.answer).toContain('HTTP/1.1 413 ');
    expect(await tcp(world.port, `${head}Content-Length: 999999\r\n\r\n${'x'.repeat(101)}`).answer).toContain(' 413 ');
    const whole = '{"id":"send-002","conv":"c1","body":"x"}'.padEnd(64);
    const tail = tcp(world.port, `${head}Transfer-Encoding: chunked\r\n\r\n40\r\n${whole}\r\n`);
    tail.socket.write(`40\r\n${' '.repeat(64)}\r\n0\r\n\r\n`);
    expect(await tail.answer).toContain('HTTP/1.1 413 ');
    expect(calls).toHaveLength(1);
  });

  test('a path whose escapes are malformed is told as that', async () => {
    const { ask } = await start();
    const answer = await ask('/conversations/%ff/members');
    expect(await answer.json()).toMatchObject({ message: 'the path is malformed' });
  });
});

test('the schema may be kept for a while; answers to HEAD have no body', async () => {
  const { ask } = await start();
  const answer = await ask('/protocol.json');
  expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
  expect(await answer.json()).toMatchObject({ title: 'hogmanay.v1' });
  expect(await (await ask('/protocol.json', { method: 'HEAD' })).text()).toBe('');
});

test('each request is counted by route and status, whatever the path: there are only so many', async () => {
  const { ask, world, counted } = await start();
  for (const path of ['/inbox', '/messages/a', '/conversations/c9/members', '/nothing/1', '/__proto__', '/healthz'])
    await ask(path);
  world.ready = false;
  await tcp(world.port, 'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n').answer;
  const requests = counted.filter((one) => one.startsWith('hogmanay_http_requests_total '));
  expect(requests.map((one) => one.split(' ').slice(1).join(' '))).toEqual([
    ...['inbox 200', 'messages 404', 'members 200', 'other 404', 'other 404', 'healthz 200', 'ws 503'],
  ]);
});
