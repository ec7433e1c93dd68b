// The guards of a server: one for each resource, with a breaker that looks again after its own time.
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemTime } from '#adapters/system/time';
import { failed, fault, ok } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import { withLimits } from '#contract/limits';
import { database, guardsOf } from '#node/resources';
import { NactDriver } from '#runtime/nact-driver';
import { RealClock } from '#runtime/real-clock';
import { ActorSystem } from '#runtime/system';
import { sleep } from '#test/e2e/driver/wait';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const open = () => {
  const limits = withLimits({ 'breaker.openMs': 60_000, 'breaker.quickMs': 150, 'call.tries': 1 });
  const clock = new RealClock(systemTime);
  const driver = new NactDriver(clock);
  const system = new ActorSystem({ name: 'n1', epoch: 'e', driver, limits, log: quiet, seed: 's' });
  onTestFinished(() => {
    system.stop();
    driver.stop();
    clock.stop();
  });
  const guards = guardsOf({ system, limits, meter: { count: () => undefined, observe: () => undefined } });
  const call = (name: string, attempt: Effect<string>): Promise<Outcome<string>> =>
    new Promise((resolve) => guards(name).call('read', attempt)(resolve));
  return { guards, call };
};

const away: Effect<string> = (done) => done(failed(fault('store.unavailable', 'no answer', 'none')));
const fine: Effect<string> = (done) => done(ok('fine'));

describe('guards', () => {
  test('F8 F26 breaker.openMs=, breaker.quickMs=: a Redis is probed soon, the database later', async () => {
    const { guards, call } = open();
    expect(guards('durable')).toBe(guards('durable'));
    for (const name of ['durable', database]) for (let n = 0; n < 20; n += 1) await call(name, away);
    await sleep(20);
    const [redis, dynamodb] = await Promise.all([call('durable', fine), call(database, fine)]);
    expect([redis, dynamodb]).toMatchObject([{ ok: false }, { ok: false }]);
    await sleep(250);
    expect(await call('durable', fine)).toEqual(ok('fine'));
    expect(await call(database, fine)).toMatchObject({ ok: false, fault: { message: 'dynamodb is away' } });
  });
});
