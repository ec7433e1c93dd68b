// The operations listener alone: what it shows to whoever asks, and what it does for administrators only.
import { describe, expect, onTestFinished, test } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import { withLimits } from '#contract/limits';
import { urlOf } from '#gateway/edge/http';
import { createOperations, type OperationsOptions } from '#gateway/edge/operations';
import type { Tokens } from '#contract/ports/system';
import { silentOps } from '#test/gateway/edge/kit';

const tokens: Tokens = {
  verify: (token) => (done) =>
    done(
      token === 'root' || token === 'anna'
        ? ok({ user: token, expiresAt: 9, admin: token === 'root' })
        : failed(fault('gateway.unauthenticated', 'not valid')),
    ),
};

const start = async (changed: Partial<OperationsOptions> = {}) => {
  const counted: string[] = [];
  const drains: string[] = [];
  const world = { ready: true };
  const operations = createOperations({
    ...{ ...silentOps, limits: withLimits({ 'retry.afterMs': 1_500 }), tokens },
    ready: () => world.ready,
    drain: () => void drains.push('drain'),
    meter: { count: (_name, labels = '') => void counted.push(labels), observe: () => undefined },
    metrics: () => Promise.resolve({ type: 'text/plain; version=0.0.4', text: 'a 1\n' }),
    ...changed,
  });
  const url = urlOf(await operations.listen());
  onTestFinished(() => operations.close());
  const ask = (path: string, method = 'GET', token = '') =>
    fetch(`${url}${path}`, { method, headers: token === '' ? {} : { authorization: `Bearer ${token}` } });
  return { ask, counted, drains, world };
};

describe('operations', () => {
  test('metrics for whoever asks, in the type of their words; HEAD has no body', async () => {
    const { ask } = await start();
    const answer = await ask('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect([answer.status, await answer.text()]).toEqual([200, 'a 1\n']);
    const head = await ask('/metrics', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('metrics that cannot be gathered are a fault of ours', async () => {
    const { ask } = await start({ metrics: () => Promise.reject(new Error('broken')) });
    const answer = await ask('/metrics');
    expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'gateway.internal' }]);
  });

  test('G5 /readyz while draining is 503 with Retry-After, /healthz still 200', async () => {
    const { ask, world } = await start();
    expect((await ask('/readyz')).status).toBe(200);
    world.ready = false;
    const answer = await ask('/readyz');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await ask('/healthz')).status).toBe(200);
  });

  test('only an administrator drains; asked again, the answer is the same', async () => {
    const { ask, drains } = await start();
    const [nobody, bad, anna] = await Promise.all(['', 'x', 'anna'].map((token) => ask('/admin/drain', 'POST', token)));
    expect([nobody?.status, bad?.status, anna?.status]).toEqual([401, 401, 403]);
    expect(nobody?.headers.get('www-authenticate')).toBe('Bearer');
    expect(await anna?.json()).toMatchObject({ code: 'gateway.forbidden', effect: 'none' });
    expect((await ask('/admin/drain', 'GET', 'root')).headers.get('allow')).toBe('POST');
    expect(drains).toEqual([]);
    for (const times of [1, 2]) {
      const answer = await ask('/admin/drain', 'POST', 'root');
      expect([answer.status, await answer.json(), drains.length]).toEqual([202, { draining: true }, times]);
    }
  });

  test('only an administrator is told the way of a message, by its mid', async () => {
    const asked: string[] = [];
    const { ask } = await start({
      trace: (mid) => {
        asked.push(mid);
        return { node: 'n1', mid, cause: 'c', steps: [{ at: 1, step: 'append', detail: 'of anna/d1' }], left: 0 };
      },
    });
    const refused = await Promise.all(['', 'anna'].map((token) => ask('/admin/trace?mid=m1', 'GET', token)));
    expect(refused.map(({ status }) => status)).toEqual([401, 403]);
    for (const query of ['', '?mid=', '?mid=a&mid=b', '?mid=%00', '?mid=m1&more=1', `?mid=${'x'.repeat(65)}`]) {
      const answer = await ask(`/admin/trace${query}`, 'GET', 'root');
      expect([query, answer.status, await answer.json()]).toMatchObject([query, 400, { code: 'gateway.bad_frame' }]);
    }
    expect((await ask('/admin/trace?mid=m1', 'POST', 'root')).headers.get('allow')).toBe('GET');
    expect(asked).toEqual([]);
    const answer = await ask('/admin/trace?mid=m1', 'GET', 'root');
    expect(await answer.json()).toMatchObject({ node: 'n1', mid: 'm1', steps: [{ step: 'append' }] });
  });

  test('its requests are counted too', async () => {
    const { ask, counted } = await start();
    await ask('/metrics');
    await ask('/admin/drain', 'POST', 'anna');
    await ask('/inbox');
    expect(counted).toEqual(['metrics 200', 'admin 403', 'inbox 404']);
  });
});
