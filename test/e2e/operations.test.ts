// The operations listener, from outside: metrics under their documented names, probes, and a drain by an administrator.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { metricTable } from '#contract/metrics';
import { call } from '#test/e2e/driver/http';
import { secret, Stage, tokenFor } from '#test/e2e/stage';

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

const operations = (): string => /^operations on (http:\/\/\S+)$/m.exec(stage.server.output)?.[1] ?? '';

const adminToken = (): Promise<string> =>
  new SignJWT({ sub: 'root', role: 'admin' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));

const scrape = async (): Promise<string> => String((await call(operations(), '/metrics')).body['text']);

/** The value of one line, `name{labels}`. */
const valueOf = (text: string, line: string): number =>
  Number(
    text
      .split('\n')
      .find((one) => one.startsWith(`${line} `))
      ?.split(' ')
      .at(-1) ?? NaN,
  );

describe('GET /metrics', () => {
  test('shows every metric of the table, and no other of ours; docs/operations.md names the same', async () => {
    const anna = await stage.present('anna');
    const { conv } = await anna.open(['ben']);
    const { id } = await anna.send(conv, 'counted');
    await anna.send(conv, 'again', { id });
    const text = await scrape();
    const shown = [...text.matchAll(/^# TYPE (hogmanay_\w+) /gm)].map(([, name]) => name);
    expect(shown.sort()).toEqual(Object.keys(metricTable).sort());
    const page = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');
    const documented = [...page.matchAll(/^\| `(hogmanay_\w+)/gm)].map(([, name]) => name);
    expect(documented.sort()).toEqual(Object.keys(metricTable).sort());
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
    expect(text).toMatch(/^process_resident_memory_bytes /m);
  });

  test('counts what happened', async () => {
    const anna = await stage.present('anna');
    const { conv } = await anna.open(['ben']);
    const { id } = await anna.send(conv, 'counted');
    await anna.send(conv, 'again', { id });
    await expect(anna.send('nowhere', 'x')).rejects.toThrow('conversation.forbidden');
    await call(stage.server.http ?? '', '/inbox');
    const text = await scrape();
    expect({
      connections: valueOf(text, 'hogmanay_connections'),
      opened: valueOf(text, 'hogmanay_connections_opened_total'),
      stored: valueOf(text, 'hogmanay_messages_stored_total'),
      repeated: valueOf(text, 'hogmanay_messages_duplicate_total'),
      sends: valueOf(text, 'hogmanay_frames_received_total{type="send"}'),
      errors: valueOf(text, 'hogmanay_errors_total{code="conversation.forbidden"}'),
      http: valueOf(text, 'hogmanay_http_requests_total{route="inbox",status="401"}'),
      appends: valueOf(text, 'hogmanay_append_seconds_count'),
      sessions: valueOf(text, 'hogmanay_actors{root="sessions"}'),
      state: valueOf(text, 'hogmanay_gateway_state{state="serving"}'),
    }).toEqual({
      ...{ connections: 1, opened: 1, stored: 1, repeated: 1, sends: 3, errors: 1, http: 1, appends: 2 },
      ...{ sessions: 2, state: 1 },
    });
  });
});

describe('the operations listener', () => {
  test('answers /healthz and /readyz; what is unknown is 404, another method 405', async () => {
    const answers = await Promise.all(
      ['/healthz', '/readyz', '/nothing', '/metrics/../../etc/passwd'].map((path) => call(operations(), path)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404]);
    expect((await call(operations(), '/metrics', { method: 'POST' })).status).toBe(405);
    expect((await call(operations(), '/admin/drain')).status).toBe(405);
  });

  test('shows nothing of the public listener, nor the public one of it', async () => {
    expect((await call(operations(), '/inbox', { token: await tokenFor('anna') })).status).toBe(404);
    expect((await call(stage.server.http ?? '', '/metrics')).status).toBe(404);
    expect((await call(stage.server.http ?? '', '/admin/drain', { method: 'POST' })).status).toBe(404);
  });

  test('POST /admin/drain: 401 without a token, 403 without the role, and nothing happens', async () => {
    const post = { method: 'POST' };
    expect(await call(operations(), '/admin/drain', post)).toMatchObject({ status: 401 });
    const anna = await call(operations(), '/admin/drain', { ...post, token: await tokenFor('anna') });
    expect(anna).toMatchObject({ status: 403, body: { code: 'gateway.forbidden', effect: 'none' } });
    expect((await call(operations(), '/readyz')).status).toBe(200);
  });

  test('C18 C19 POST /admin/drain by an administrator drains and ends the server as a signal would', async () => {
    const anna = await stage.present('anna');
    const { connection } = anna;
    const answer = await call(operations(), '/admin/drain', { method: 'POST', token: await adminToken() });
    expect(answer).toMatchObject({ status: 202, body: { draining: true } });
    await connection.expect('server_maintenance');
    expect(await connection.end()).toMatchObject({ code: 4000 });
    expect(await stage.server.exited).toEqual({ code: 0, signal: null });
  });
});
