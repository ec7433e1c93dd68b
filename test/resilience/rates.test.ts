/** Rates: what is taken, what is refused and for how long, and how many keys are remembered. */
import { describe, expect, test } from 'vitest';
import { withLimits } from '#contract/limits';
import { Admission } from '#resilience/admission';
import { Insistence } from '#resilience/insistence';
import { KeyedRate } from '#resilience/keyed-rate';
import { TokenBucket } from '#resilience/token-bucket';

describe('a bucket', () => {
  test('lets a burst through, then goes by its pace, and says when the next one may come', () => {
    const bucket = new TokenBucket(10, 3, 0);
    expect([0, 0, 0, 0].map((now) => bucket.take(now))).toEqual([0, 0, 0, 100]);
    expect([bucket.take(50), bucket.take(100), bucket.take(100)]).toEqual([50, 0, 100]);
    expect([10_000, 10_000, 10_000, 10_000].map((now) => bucket.take(now))).toEqual([0, 0, 0, 100]);
  });

  test('a clock that is set back gives nothing away', () => {
    const bucket = new TokenBucket(10, 1, 1_000);
    expect([bucket.take(1_000), bucket.take(0), bucket.take(50)]).toEqual([0, 100, 50]);
  });
});

describe('a rate by key', () => {
  test('keys do not share', () => {
    const rate = new KeyedRate({ perSecond: 1, burst: 1, keysMax: 9 });
    expect(['a', 'b', 'a'].map((key) => rate.take(key, 0))).toEqual([0, 0, 1_000]);
  });

  test('rates.keys: beyond it the key idle longest starts anew', () => {
    const rate = new KeyedRate({ perSecond: 1, burst: 1, keysMax: 2 });
    for (const key of ['a', 'b', 'a', 'c']) rate.take(key, 0);
    expect([rate.size, rate.take('a', 0), rate.take('b', 0)]).toEqual([2, 1_000, 0]);
  });

  test('0 is no limit, and remembers nobody', () => {
    const rate = new KeyedRate({ perSecond: 0, burst: 0, keysMax: 2 });
    expect([rate.take('a', 0), rate.take('a', 0), rate.size]).toEqual([0, 0, 0]);
  });
});

describe('admission', () => {
  test('G1 send.user.perSecond: a burst of twice the rate, over all of a user’s connections', () => {
    const admission = new Admission(withLimits({ 'send.user.perSecond': 2 }));
    const answers = Array.from({ length: 5 }, (_, n) => admission.send('alice', `10.0.0.${n}`, 0));
    expect(answers).toEqual([0, 0, 0, 0, 500]);
    expect(admission.send('bob', '10.0.0.1', 0)).toBe(0);
  });

  test('G1 send.ip.perSecond: over all users of an address', () => {
    const admission = new Admission(withLimits({ 'send.ip.perSecond': 2 }));
    const answers = Array.from({ length: 3 }, (_, n) => admission.send(`user${n}`, '10.0.0.1', 0));
    expect(answers).toEqual([0, 0, 500]);
    expect(admission.send('user9', '10.0.0.2', 0)).toBe(0);
  });
});

test('G1 a send that is refused takes nothing: who insists does not eat what others of the address may send', () => {
  const admission = new Admission(withLimits({ 'send.user.perSecond': 1, 'send.ip.perSecond': 4 }));
  const send = (user: string, now: number): number => admission.send(user, '10.0.0.1', now);
  expect(Array.from({ length: 9 }, () => send('anna', 0))).toEqual([0, 0, ...Array<number>(7).fill(1_000)]);
  expect(['ben', 'ben', 'cleo'].map((user) => send(user, 0))).toEqual([0, 0, 250]);
  expect(['cleo', 'cleo', 'dora'].map((user) => send(user, 500))).toEqual([0, 0, 250]);
});

test('what is refused is counted by the limit that refused it', () => {
  const counted: string[] = [];
  const meter = {
    count: (name: string, labels = '') => void counted.push(`${name} ${labels}`),
    observe: () => undefined,
  };
  const limits = withLimits({ 'send.user.perSecond': 1, 'send.ip.perSecond': 3, 'http.user.perSecond': 1 });
  const admission = new Admission(limits, meter);
  for (const user of ['anna', 'anna', 'anna', 'ben', 'ben']) admission.send(user, '10.0.0.1', 0);
  for (const user of ['anna', 'anna']) admission.request(user, 0);
  expect(counted).toEqual(
    ['send.user', 'send.ip', 'http.user'].map((name) => `hogmanay_rate_limited_total ${name}.perSecond`),
  );
});

test('rates.keys, of all rates: with room for one user, another one makes them start anew', () => {
  const admission = new Admission(withLimits({ 'rates.keys': 1, 'send.user.perSecond': 1 }));
  const send = (user: string): number => admission.send(user, '10.0.0.1', 0);
  expect(['alice', 'alice', 'alice', 'bob', 'alice'].map(send)).toEqual([0, 0, 1_000, 0, 0]);
});

test('whoever insists is known by how long; a pause of more than a second ends it', () => {
  const insistence = new Insistence();
  expect([0, 1_000, 1_900, 2_901, 3_000].map((now) => insistence.refused(now))).toEqual([0, 1_000, 1_900, 0, 99]);
});
