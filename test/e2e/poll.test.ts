// POST /poll of docs/protocol.md section 6, from outside: a client that has nothing but HTTP misses nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '#test/e2e/driver/client';
import { call } from '#test/e2e/driver/http';
import type { Answer } from '#test/e2e/driver/http';
import { Stage, tokenFor } from '#test/e2e/stage';

let stage: Stage;
let anna: Client;
let conv: string;

interface Polled {
  readonly messages: readonly { seq: number; body: string; conv: string; t?: string }[];
  readonly resumed: readonly { conv: string; from: number; to: number; recovered: boolean; t?: string }[];
}

const ask = async (body: object, token?: string): Promise<Answer> =>
  call(stage.server.http ?? '', '/poll', { token: token ?? (await tokenFor('ben')), method: 'POST', body });

const poll = async (cursors: Record<string, number>, waitMs?: number, device = 'old-phone'): Promise<Polled> => {
  const { status, body } = await ask({ device, cursors, waitMs });
  expect(status).toBe(200);
  return body as unknown as Polled;
};

beforeAll(async () => {
  stage = await Stage.open();
  anna = await stage.present('anna');
  ({ conv } = await anna.open(['ben'], { title: 'by poll' }));
});

afterAll(() => stage.close());

describe('POST /poll', () => {
  test('C27 what was missed comes at once, as messages and resumed; the cursors acknowledge', async () => {
    const sent = [await anna.send(conv, 'one'), await anna.send(conv, 'two')];
    const first = await poll({ [conv]: 0 }, 20_000);
    expect(first.messages.map(({ seq, body }) => [seq, body])).toEqual([
      [sent[0]?.seq, 'one'],
      [sent[1]?.seq, 'two'],
    ]);
    const last = sent[1]?.seq ?? 0;
    expect(first.resumed).toEqual([{ conv, since: 1, from: 1, to: last, recovered: true }]);
    expect(anna.connection.received('delivered')).toEqual([]);
    expect((await poll({ [conv]: last }, 0)).messages).toEqual([]);
    expect(await anna.connection.expect('delivered', (frame) => frame.user === 'ben')).toMatchObject({
      conv,
      seq: last,
    });
    // A device that names nothing goes on from what it has acknowledged.
    expect((await poll({}, 0)).messages).toEqual([]);
  });

  test('waits for what comes, and is answered as soon as it does', async () => {
    const coming = poll({}, 20_000);
    await sleep(300);
    const began = performance.now();
    const { seq } = await anna.send(conv, 'while you wait');
    expect((await coming).messages).toMatchObject([{ conv, seq, body: 'while you wait' }]);
    expect(performance.now() - began).toBeLessThan(5_000);
    await poll({ [conv]: seq }, 0);
  });

  test('many at once, page by page: each once, in order', async () => {
    const device = 'new-phone';
    const { conv: full } = await anna.open(['ben'], { title: 'many' });
    for (let n = 0; n < 300; n += 1) await anna.send(full, `number ${n} ${'x'.repeat(1_000)}`);
    const bodies: string[] = [];
    let cursor = 0;
    let answers = 0;
    while (bodies.length < 300) {
      const { messages } = await poll({ [full]: cursor, [conv]: 4 }, 0, device);
      for (const message of messages.filter((one) => one.conv === full)) {
        expect(message.seq).toBe(cursor + 1);
        cursor = message.seq;
        bodies.push(message.body);
      }
      answers += 1;
    }
    expect([bodies.length, bodies[299]?.slice(0, 10)]).toEqual([300, 'number 299']);
    expect(answers).toBeGreaterThan(1);
  });

  test('one that is called off leaves nothing behind that would replace the device', async () => {
    const calling = new AbortController();
    const url = `${stage.server.http ?? ''}/poll`;
    const headers = { authorization: `Bearer ${await tokenFor('carl')}` };
    const body = JSON.stringify({ device: 'gone', cursors: {} });
    const gone = fetch(url, { method: 'POST', headers, body, signal: calling.signal });
    await sleep(300);
    calling.abort();
    await expect(gone).rejects.toThrow();
    const carl = await stage.present('carl', { device: 'gone' });
    const { conv: other } = await anna.open(['carl']);
    await anna.send(other, 'after that');
    expect(await carl.connection.expect('message')).toMatchObject({ conv: other, body: 'after that' });
  });

  test.each([
    [{ cursors: {} }, 'device'],
    [{ device: 'd', cursors: { [`c${'x'.repeat(200)}`]: 1 } }, 'cursors'],
    [{ device: 'd', cursors: { __proto__x: -1 } }, 'cursors'],
    [{ device: 'd', waitMs: -1 }, 'waitMs'],
    [{ device: 'd', waitMs: 'long' }, 'waitMs'],
  ])('400 for %j', async (body, what) => {
    const { status, body: error } = await ask(body);
    expect([status, error['code'], error['effect']]).toEqual([400, 'gateway.bad_frame', 'none']);
    expect(String(error['message'])).toContain(what);
  });

  test('401 without a token that holds, 405 for GET', async () => {
    expect(await ask({ device: 'd' }, 'no token')).toMatchObject({
      status: 401,
      body: { code: 'gateway.unauthenticated' },
    });
    const got = await call(stage.server.http ?? '', '/poll', { token: await tokenFor('ben') });
    expect(got).toMatchObject({ status: 405, body: { code: 'gateway.method' } });
  });
});
