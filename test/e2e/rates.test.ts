// Rates and shares of one user and one address, from outside, with lowered limits.
import { afterEach, describe, expect, test } from 'vitest';
import { call } from '#test/e2e/driver/http';
import { Stage, tokenFor } from '#test/e2e/stage';

let stage: Stage;

const open = async (limits: Record<string, number>): Promise<void> => {
  stage = await Stage.open({ limits });
};

afterEach(() => stage.close());

const metrics = async (): Promise<string> => {
  const url = /^operations on (http:\/\/\S+)$/m.exec(stage.server.output)?.[1] ?? '';
  return String((await call(url, '/metrics')).body['text']);
};

describe('sends', () => {
  test('G1 send.user.perSecond: over WebSockets and HTTP together; the refused lives on', async () => {
    await open({ 'send.user.perSecond': 1 });
    const [anna, phone] = [await stage.present('anna'), await stage.present('anna', { device: 'phone' })];
    const { conv } = await anna.open(['ben']);
    await anna.send(conv, 'one');
    await phone.send(conv, 'two');
    phone.say({ t: 'send', id: 'third-send', conv, body: 'three' });
    const refused = await phone.connection.expect('error');
    expect(refused).toMatchObject({ id: 'third-send', conv, of: 'send', code: 'gateway.rate_limited', effect: 'none' });
    expect(refused.retryAfterMs).toBeGreaterThan(0);
    expect(refused.retryAfterMs).toBeLessThanOrEqual(1_000);
    const token = await tokenFor('anna');
    const body = { id: 'fourth-send', conv, body: 'four' };
    const late = await call(stage.server.http ?? '', '/messages', { token, body });
    expect(late).toMatchObject({
      status: 429,
      body: { code: 'gateway.rate_limited', effect: 'none', id: 'fourth-send' },
    });
    expect(late.headers.get('retry-after')).toBe('1');
    const ben = await stage.present('ben');
    expect((await ben.send(conv, 'not my rate')).seq).toBe(3);
    await phone.ping();
    expect(await metrics()).toContain('hogmanay_rate_limited_total{limit="send.user.perSecond"} 2');
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(await call(stage.server.http ?? '', '/messages', { token, body })).toMatchObject({ status: 201 });
  });

  test('G1 send.ip.perSecond: over all users of an address', async () => {
    await open({ 'send.ip.perSecond': 2 });
    const [anna, ben] = [await stage.present('anna'), await stage.present('ben')];
    const { conv } = await anna.open(['ben']);
    await anna.send(conv, 'one');
    await ben.send(conv, 'two');
    const body = { id: 'third-send', conv, body: 'three' };
    const late = await call(stage.server.http ?? '', '/messages', { token: await tokenFor('anna'), body });
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '1']);
  });
});

describe('requests', () => {
  test('G1 http.user.perSecond: 429 for the one, not for another', async () => {
    await open({ 'http.user.perSecond': 2 });
    const ask = async (user: string) => call(stage.server.http ?? '', '/inbox', { token: await tokenFor(user) });
    const answers = [await ask('anna'), await ask('anna'), await ask('anna'), await ask('ben')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
    expect(answers[2]?.headers.get('retry-after')).toBe('1');
    expect(answers[2]?.body).toMatchObject({ code: 'gateway.rate_limited', of: 'inbox', effect: 'none' });
  });

  test('http.inFlight: more at once are 503 with Retry-After, and may come again', async () => {
    await open({ 'http.inFlight': 1 });
    const base = stage.server.http ?? '';
    const token = await tokenFor('anna');
    const { body: opened } = await call(base, '/conversations', { token, body: { id: 'open-0001', members: ['ben'] } });
    const send = (n: number) =>
      call(base, '/messages', { token, body: { id: `send-000${n}`, conv: opened['conv'], body: 'at once' } });
    // Each waits for the disk: those that come meanwhile find no place.
    const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(send));
    const refused = answers.filter(({ status }) => status !== 201);
    expect([refused.length > 0, refused.length < answers.length]).toEqual([true, true]);
    for (const { status, headers, body } of refused) {
      expect([status, headers.get('retry-after')]).toEqual([503, '1']);
      expect(body).toMatchObject({ code: 'gateway.overloaded', effect: 'none', of: 'send', conv: opened['conv'] });
      expect(body['id']).toMatch(/^send-/);
    }
    expect((await send(9)).status).toBe(201);
  });
});

describe('connections', () => {
  test('connections.ip: one more is refused at the upgrade; HTTP is not', async () => {
    await open({ 'connections.ip': 1 });
    await stage.present('anna');
    await expect(stage.present('ben')).rejects.toThrow();
    expect((await call(stage.server.http ?? '', '/inbox', { token: await tokenFor('ben') })).status).toBe(200);
    expect(await metrics()).toContain('hogmanay_http_requests_total{route="ws",status="503"} 1');
  });
});
