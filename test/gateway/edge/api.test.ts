// The HTTP API on a real listener with actors that are not there: what the edge itself decides.
import { describe, expect, test, vi } from 'vitest';
import type { ApiAnswer, ApiCall } from '#contract/api';
import { errorTable, type ErrorCode } from '#contract/errors';
import { ok } from '#contract/effects';
import { noMeter } from '#contract/metrics';
import { startEdge, tcp } from '#test/gateway/edge/kit';

type Answering = (call: ApiCall) => ApiAnswer | undefined;

interface Options {
  readonly limits?: Parameters<typeof startEdge>[0];
  /** Takes the answers where `answering` gives none. */
  readonly later?: (answer: () => void) => void;
}

const start = async (answering: Answering, { limits = {}, later = () => undefined }: Options = {}) => {
  const calls: ApiCall[] = [];
  const api = {
    tokens: { verify: () => (done: (outcome: ReturnType<typeof ok>) => void) => done(ok({ user: 'alice' })) },
    now: () => 0,
    request: (call: ApiCall, done: (answer: ApiAnswer) => void) => {
      calls.push(call);
      const answer = answering(call);
      const conv = 'conv' in call.frame ? call.frame.conv : '';
      const page = { t: 'history', id: '', conv, messages: [], more: false } as const;
      if (answer === undefined) later(() => done({ frame: page, isNew: false }));
      else done(answer);
    },
  };
  const { url, world, edge } = await startEdge(limits, undefined, { api: api as never, meter: noMeter });
  const ask = (path: string, body?: string) =>
    fetch(`${url}${path}`, {
      headers: { authorization: 'bearer token' },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
  return { calls, ask, world, edge };
};

const send = '{"id":"send-0001","conv":"c","body":"x"}';

describe('the API', () => {
  test('tells the actors who asks, from where, and what', async () => {
    const { calls, ask } = await start(({ frame }) => ({
      frame: { t: 'queued', id: frame.id, conv: 'c' },
      isNew: true,
    }));
    const answer = await ask('/messages', send);
    expect([answer.status, await answer.json()]).toEqual([202, { id: 'send-0001', conv: 'c' }]);
    expect(calls).toEqual([
      { user: 'alice', ip: '127.0.0.1', frame: { t: 'send', id: 'send-0001', conv: 'c', body: 'x' } },
    ]);
  });

  test.each(Object.keys(errorTable) as ErrorCode[])(
    'G5 an error %s has its status, and Retry-After where it may be tried again',
    async (code) => {
      const { ask } = await start(() => ({
        frame: { t: 'error', code, message: 'why', effect: 'none', retryAfterMs: 1_500 },
        isNew: false,
      }));
      const answer = await ask('/inbox');
      const status = errorTable[code].http ?? 500;
      expect(answer.status).toBe(status);
      expect(answer.headers.get('retry-after')).toBe(status === 429 || status === 503 ? '2' : null);
      expect(await answer.json()).toMatchObject({ code, message: 'why', effect: 'none' });
    },
  );

  test('a fault of ours is 500 gateway.internal, effect unknown, and the server lives', async () => {
    const { ask } = await start(() => {
      throw new Error('planted');
    });
    for (let n = 0; n < 2; n += 1) {
      const answer = await ask('/messages', send);
      expect([answer.status, await answer.json()]).toMatchObject([
        500,
        { code: 'gateway.internal', effect: 'unknown' },
      ]);
    }
  });

  test('http.pipelined: so many are answered in order; the one behind them is 503, and the end', async () => {
    const done: (() => void)[] = [];
    const { calls, world } = await start(() => undefined, {
      limits: { 'http.pipelined': 2 },
      later: (answer) => done.push(answer),
    });
    const get = (n: number) => `GET /messages?conv=c${n} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n\r\n`;
    const { answer } = tcp(world.port, [1, 2, 3, 4].map(get).join(''));
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    for (const answerNow of done.reverse()) answerNow();
    const said = [...(await answer).matchAll(/"conv":"(c\d)"|HTTP\/1.1 503|gateway\.overloaded/g)];
    expect(said.map(([all, conv]) => conv ?? all)).toEqual(['c1', 'c2', 'HTTP/1.1 503', 'gateway.overloaded']);
    expect(calls).toHaveLength(2);
  });

  test('http.pipelined: whoever takes the answers may ask for ever', async () => {
    const page = { t: 'history', id: '', conv: 'c1', messages: [], more: false } as const;
    const { world } = await start(() => ({ frame: page, isNew: false }), { limits: { 'http.pipelined': 1 } });
    const get = 'GET /messages?conv=c1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n\r\n';
    const { socket, answer } = tcp(world.port, get);
    for (const n of [1, 2, 3]) {
      await vi.waitFor(() => expect(socket.bytesWritten).toBe(n * get.length));
      await new Promise((resolve) => socket.once('data', resolve));
      socket.write(get);
    }
    await new Promise((resolve) => socket.once('data', resolve));
    socket.end();
    expect((await answer).split('HTTP/1.1 200 OK')).toHaveLength(5);
  });

  test('answers that are owed to a client that has gone do not hold up the end', async () => {
    const { calls, world, edge } = await start(() => undefined);
    const get = 'GET /messages?conv=c1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n\r\n';
    const { socket, answer } = tcp(world.port, get.repeat(3));
    await vi.waitFor(() => expect(calls).toHaveLength(3));
    socket.destroy();
    await answer;
    await edge.close();
  });

  test('a client that goes before its answer comes harms nobody', async () => {
    const { calls, world } = await start(() => undefined);
    const length = Buffer.byteLength(send);
    const head = `POST /messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nContent-Length: ${length}\r\n\r\n`;
    const gone = tcp(world.port, head + send);
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    gone.socket.destroy();
    expect((await fetch(`http://127.0.0.1:${world.port}/healthz`)).status).toBe(200);
  });
});
