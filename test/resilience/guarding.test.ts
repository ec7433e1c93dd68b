/** The guard: deadlines, repeats within a budget, and a breaker that lets one probe through. On virtual time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import type { Done, FaultEffect, Outcome } from '#contract/effects';
import type { ErrorCode } from '#contract/errors';
import type { CallKind } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import { guardOf } from '#resilience/guarding';
import type { BreakerView } from '#resilience/guarding';
import { Outcomes } from '#resilience/outcomes';
import { RetryBudget } from '#resilience/retry-budget';
import { seededRandom } from '#runtime/random';
import { VirtualClock } from '#runtime/virtual-clock';

const start = (limits: Partial<Record<LimitName, number>> = {}) => {
  const clock = new VirtualClock(1_000);
  const time = {
    now: () => clock.now(),
    alarm: (delayMs: number, ring: () => void) => {
      const timer = clock.schedule(delayMs, ring);
      return () => timer.cancel();
    },
  };
  const breaker: BreakerView = { state: 'closed', isProbing: false, opensAt: 0 };
  const told: string[] = [];
  const counts: string[] = [];
  const guard = guardOf({
    ...{ name: 'table', time, random: seededRandom('guard'), limits: withLimits(limits), breaker },
    tell: (news) => told.push(news),
    count: (how) => counts.push(how),
  });
  const attempts: Done<string>[] = [];
  const outcomes: Outcome<string>[] = [];
  const call = (kind: CallKind = 'read') =>
    guard.call<string>(kind, (done) => attempts.push(done))((outcome) => outcomes.push(outcome));
  const fail = (effect: FaultEffect = 'none', code: ErrorCode = 'store.unavailable') =>
    attempts.at(-1)?.(failed(fault(code, 'why', effect)));
  return { clock, breaker, told, counts, attempts, outcomes, call, fail };
};

const faultOf = (outcome: Outcome<string> | undefined) => (outcome?.ok === false ? outcome.fault : undefined);

describe('a call', () => {
  it('is answered as the resource answers', () => {
    const { call, attempts, outcomes, counts } = start();
    call();
    attempts[0]?.(ok('yes'));
    expect([outcomes, counts]).toEqual([[ok('yes')], ['fine']]);
  });

  it('call.deadlineMs: is over then, in doubt where it wrote; what comes later is dropped', () => {
    const { call, attempts, outcomes, clock, counts } = start({ 'call.deadlineMs': 100, 'call.tries': 1 });
    call('read');
    call('write');
    clock.advance(99);
    expect(outcomes).toEqual([]);
    clock.advance(1);
    expect(outcomes.map((outcome) => faultOf(outcome)?.effect)).toEqual(['none', 'unknown']);
    for (const done of attempts) done(ok('late'));
    expect([outcomes.length, counts]).toEqual([2, ['failed', 'failed', 'late', 'late']]);
  });

  it('D16 call.tries, call.retryMs: what may be repeated is, after a wait at random that grows', () => {
    const { call, attempts, outcomes, clock, fail } = start({ 'call.tries': 3, 'call.retryMs': 50 });
    call('repeatable');
    fail('unknown');
    expect(attempts).toHaveLength(1);
    clock.advance(100);
    expect(attempts).toHaveLength(2);
    fail('unknown');
    clock.advance(200);
    fail('unknown');
    clock.advance(10_000);
    expect([attempts.length, faultOf(outcomes[0])?.effect]).toEqual([3, 'unknown']);
  });

  it('a write is repeated only where it certainly did not happen', () => {
    const { call, attempts, clock, fail, outcomes } = start();
    call('write');
    fail('none');
    clock.advance(1_000);
    expect(attempts).toHaveLength(2);
    fail('unknown');
    clock.advance(1_000);
    expect([attempts.length, outcomes.length]).toEqual([2, 1]);
  });

  it('D25 retry.percent, retry.perSecond: repeats are a share of the calls, and a few a second', () => {
    const { call, attempts, clock } = start({ 'retry.percent': 10, 'retry.perSecond': 5, 'breaker.failures': 1_000 });
    for (let n = 0; n < 100; n += 1) call();
    const first = attempts.slice(0, 100);
    for (const done of first) done(failed(fault('store.unavailable', 'why')));
    clock.advance(100);
    // Ten of a hundred, and five at once beside them.
    expect(attempts.length - 100).toBeGreaterThanOrEqual(14);
    expect(attempts.length - 100).toBeLessThanOrEqual(16);
  });

  it('throttling of one key is tried again, never counts against the resource, and ends as store.unavailable', () => {
    const { call, clock, fail, outcomes, told } = start({ 'breaker.failures': 1, 'call.tries': 2 });
    call('write');
    fail('none', 'store.throttled');
    clock.advance(1_000);
    fail('none', 'store.throttled');
    expect(faultOf(outcomes[0])).toMatchObject({ code: 'store.unavailable', effect: 'none', retryAfterMs: 1_000 });
    expect(told).toEqual([]);
  });
});

describe('the breaker in front', () => {
  it('breaker.failures: opens when so many failed, and half of all', () => {
    const { call, fail, told, attempts } = start({ 'breaker.failures': 3, 'call.tries': 1 });
    for (let n = 0; n < 4; n += 1) {
      call();
      attempts.at(-1)?.(ok('yes'));
    }
    for (let n = 0; n < 3; n += 1) {
      call();
      fail();
    }
    expect(told).toEqual([]);
    call();
    fail();
    expect(told).toEqual(['TRIPPED']);
  });

  it('F7 open, a thousand calls are answered at once, and nothing is called', () => {
    const { call, attempts, outcomes, breaker, clock } = start();
    breaker.state = 'open';
    breaker.opensAt = clock.now() + 30_000;
    for (let n = 0; n < 1_000; n += 1) call('write');
    expect([attempts.length, outcomes.length, clock.now()]).toEqual([0, 1_000, 1_000]);
    expect(faultOf(outcomes[0])).toMatchObject({ code: 'store.unavailable', effect: 'none', retryAfterMs: 30_000 });
  });

  it('F8 half open, one probe goes through; what becomes of it is told', () => {
    const { call, attempts, outcomes, breaker, told, fail } = start();
    breaker.state = 'halfOpen';
    for (let n = 0; n < 5; n += 1) call();
    expect([attempts.length, outcomes.length]).toEqual([1, 4]);
    fail();
    expect([told, outcomes.length]).toEqual([['FAILED'], 5]);
    call();
    attempts.at(-1)?.(ok('yes'));
    expect(told).toEqual(['FAILED', 'ANSWERED']);
  });

  it('F8 whatever comes in whatever order: one probe at a time, and every call is answered once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('call', 'answer', 'fail', 'wait', 'half', 'open', 'closed'), { maxLength: 80 }),
        (steps) => {
          const { call, attempts, outcomes, breaker, clock } = start({ 'call.tries': 1 });
          let calls = 0;
          let next = 0;
          for (const step of steps) {
            const before = attempts.length;
            const wasProbing = breaker.isProbing;
            if (step === 'call') {
              calls += 1;
              call();
              if (breaker.state === 'halfOpen') expect(attempts.length - before).toBe(wasProbing ? 0 : 1);
            } else if (step === 'answer') attempts[next++]?.(ok('yes'));
            else if (step === 'fail') attempts[next++]?.(failed(fault('store.unavailable', 'why')));
            else if (step === 'wait') clock.advance(500);
            else Object.assign(breaker, { state: step === 'half' ? 'halfOpen' : step, isProbing: false });
          }
          clock.advance(10_000);
          expect(outcomes).toHaveLength(calls);
        },
      ),
    );
  });
});

describe('the parts', () => {
  it('breaker.windowMs: failures longer ago than twice that are forgotten', () => {
    const outcomes = new Outcomes(withLimits({ 'breaker.windowMs': 100 })['breaker.windowMs'], 0);
    for (let n = 0; n < 3; n += 1) outcomes.note(true, 10);
    expect(outcomes.isBad(3, 150)).toBe(true);
    expect(outcomes.isBad(3, 260)).toBe(false);
    outcomes.note(true, 1_000);
    expect(outcomes.isBad(1, 5_000)).toBe(false);
  });

  it('a retry budget saves up shares, and not without end', () => {
    const budget = new RetryBudget(0.1, 1, 0);
    expect([budget.take(0), budget.take(0)]).toEqual([true, false]);
    for (let n = 0; n < 100_000; n += 1) budget.called();
    let taken = 0;
    while (budget.take(0)) taken += 1;
    expect(taken).toBe(100);
  });
});
