// The probes, wrong requests, slow requests; how listeners start and how they end.
import { describe, expect, test, vi } from 'vitest';
import { errorTable, type ErrorCode } from '#contract/errors';
import { withLimits } from '#contract/limits';
import { refusal } from '#gateway/edge/answers';
import { createEdge } from '#gateway/edge/edge';
import { urlOf } from '#gateway/edge/http';
import { createOperations } from '#gateway/edge/operations';
import { closeOf, dial, quiet, silentDoors, silentOps, startEdge, tcp } from '#test/gateway/edge/kit';

describe('edge: HTTP', () => {
  test('/healthz says alive, /readyz whether newcomers are taken', async () => {
    const { url, world } = await startEdge();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz?x=1`)).status).toBe(200);
    world.ready = false;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const refused = await fetch(`${url}/readyz`);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toMatchObject({ code: 'gateway.overloaded', effect: 'none', retryAfterMs: 1_000 });
  });

  test.each(['/', '/nothing', '/healthz/', '/ws', '/constructor', '/__proto__', '//healthz', '/%00'])(
    '%s is 404, with the error object',
    async (path) => {
      const { url } = await startEdge();
      const answer = await fetch(`${url}${path}`);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({ code: 'gateway.not_found', message: 'no such route', effect: 'none' });
    },
  );

  test('another method is 405 and says which would do; HEAD is GET without a body', async () => {
    const { url } = await startEdge();
    const answer = await fetch(`${url}/healthz`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await answer.json()).toMatchObject({ code: 'gateway.method' });
    const head = await fetch(`${url}/healthz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('http.connections: one more than that beside connections.node is dropped until one left', async () => {
    const { url, world } = await startEdge({ 'connections.node': 1, 'http.connections': 1 });
    await dial(world.port);
    const idle = tcp(world.port, 'GET /healthz HTTP/1.1\r\n');
    await vi.waitFor(() => expect(idle.socket.bytesWritten).toBeGreaterThan(0));
    expect(await tcp(world.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n').answer).toBe('');
    idle.socket.destroy();
    await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200));
  });

  test('http.stalledMs: a connection on which nothing moves is dropped, a WebSocket is not', async () => {
    const { world } = await startEdge({ 'http.stalledMs': 60, 'http.headersMs': 5_000 });
    const client = await dial(world.port);
    const stalled = tcp(world.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\nGET');
    expect(await stalled.answer).toContain('HTTP/1.1 200 ');
    expect(client.readyState).toBe(client.OPEN);
  });

  test('http.headerBytes: longer headers are 431', async () => {
    const { world } = await startEdge({ 'http.headerBytes': 1_000 });
    const request = `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(2_000)}\r\n\r\n`;
    expect(await tcp(world.port, request).answer).toContain('HTTP/1.1 431 ');
  });

  test.each([
    ['that stops amid its headers', 'GET /healthz HTTP/1.1\r\nHost:'],
    ['that never comes', ''],
  ])('http.headersMs: a request %s is ended', async (_what, text) => {
    const { world } = await startEdge({ 'http.headersMs': 100 });
    expect(await tcp(world.port, text).answer).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  test('http.requestMs: a body that never ends does not hold its connection', async () => {
    const { world } = await startEdge({ 'http.requestMs': 100 });
    const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx';
    expect(await tcp(world.port, request).answer).toContain('HTTP/1.1 200 ');
  });

  test.each(['nonsense\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\u0016\u0003\u0001\u0002\u0000'])(
    'bytes that are no HTTP (%j) are 400, and the server lives',
    async (text) => {
      const { world, url } = await startEdge();
      expect(await tcp(world.port, text).answer).toContain('HTTP/1.1 400 ');
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
    },
  );
});

test('G5: whatever is answered 503 or 429 has Retry-After, in whole seconds', () => {
  const limits = withLimits({ 'retry.afterMs': 1_500 });
  const codes = Object.keys(errorTable) as ErrorCode[];
  const answers = codes.map((code) => refusal(code, 'why', limits));
  const late = answers.filter(({ status }) => status === 503 || status === 429);
  expect(late.length).toBeGreaterThan(3);
  for (const { headers, body } of late) {
    expect([headers['Retry-After'], JSON.parse(String(body))]).toMatchObject(['2', { retryAfterMs: 1_500 }]);
  }
  expect(answers.filter(({ headers }) => 'Retry-After' in headers)).toEqual(late);
});

describe('edge: start and end', () => {
  test('a port in use is told by its number, with a code', async () => {
    const { world } = await startEdge();
    const { port } = world;
    const second = createEdge({
      host: '127.0.0.1',
      port,
      limits: withLimits(),
      log: quiet,
      ready: () => true,
      ...silentDoors,
      accept: () => ({ receive: () => undefined, heard: () => undefined, lost: () => undefined }),
    });
    await expect(second.listen()).rejects.toMatchObject({
      code: 'cli.port_in_use',
      effect: 'none',
      message: `port ${port} of 127.0.0.1 is in use`,
    });
  });

  test('a host that is not of this machine is wrong usage', async () => {
    const operations = createOperations({ ...silentOps, host: '203.0.113.1' });
    await expect(operations.listen()).rejects.toMatchObject({ code: 'cli.usage' });
  });

  test('close says 4000 to who is left, and does not wait for who says nothing', async () => {
    const { edge, met, world } = await startEdge();
    const client = await dial(world.port);
    const idle = tcp(world.port, '');
    const halfway = tcp(world.port, 'GET /healthz HTTP/1.1\r\n');
    await vi.waitFor(() => expect(halfway.socket.bytesWritten).toBeGreaterThan(0));
    const closed = closeOf(client);
    await edge.close();
    expect(await closed).toEqual([4000, 'maintenance']);
    await Promise.all([idle.answer, halfway.answer]);
    expect([met[0]?.heard, edge.connections()]).toEqual([['<lost>'], 0]);
    await expect(fetch(`http://127.0.0.1:${world.port}/healthz`)).rejects.toThrow();
  });

  test('kill cuts everything at once, without a word', async () => {
    const { edge, world } = await startEdge();
    const client = await dial(world.port);
    const closed = closeOf(client);
    edge.kill();
    expect(await closed).toEqual([1006, '']);
  });

  test('an IPv6 host is bracketed in a URL', () => {
    expect(urlOf({ host: '::1', port: 80 })).toBe('http://[::1]:80');
    expect(urlOf({ host: 'localhost', port: 80 })).toBe('http://localhost:80');
  });
});
