/**
 * The guard of one resource: a breaker in front, a deadline for every attempt, and another attempt where that is safe
 * and the budget allows. While all is well a call costs a few comparisons and one timer; what the breaker's machine
 * says is read from a plain view of it.
 */
import type { Millis } from '#contract/conversation';
import { failed, fault } from '#contract/effects';
import type { Done, Effect, Fault, Outcome } from '#contract/effects';
import type { CallKind, Guard } from '#contract/guard';
import type { Limits } from '#contract/limits';
import type { Random, TimeSource } from '#contract/ports/system';
import { Outcomes } from '#resilience/outcomes';
import { RetryBudget } from '#resilience/retry-budget';

/** The breaker as the guard sees it; whoever hosts its machine keeps it current. */
export interface BreakerView {
  state: 'closed' | 'open' | 'halfOpen';
  /** A probe is under way. */
  isProbing: boolean;
  /** When the next probe may go, while it is open. */
  opensAt: Millis;
}

export interface GuardKit {
  readonly name: string;
  readonly time: TimeSource;
  readonly random: Random;
  readonly limits: Limits;
  readonly breaker: BreakerView;
  /** For the breaker: too many have failed, or what became of the probe. */
  readonly tell: (news: 'TRIPPED' | 'ANSWERED' | 'FAILED') => void;
  /** Told how each call ended. */
  readonly count?: (how: 'fine' | 'failed' | 'refused' | 'late' | 'again') => void;
}

interface Call<T> {
  readonly kind: CallKind;
  readonly attempt: Effect<T>;
  readonly done: Done<T>;
  readonly isProbe: boolean;
  tries: number;
}

const refusal = ({ name, time, limits, breaker }: GuardKit): Fault => {
  const wait = breaker.state === 'open' ? breaker.opensAt - time.now() : 0;
  return fault('store.unavailable', `${name} is away`, 'none', Math.max(limits['retry.afterMs'], wait));
};

const late = ({ name }: GuardKit, kind: CallKind): Fault =>
  fault('store.unavailable', `${name} did not answer in time`, kind === 'read' ? 'none' : 'unknown');

export const guardOf = (kit: GuardKit): Guard => {
  const { time, random, limits, breaker, tell } = kit;
  const outcomes = new Outcomes(limits['breaker.windowMs'], time.now());
  const budget = new RetryBudget(limits['retry.percent'] / 100, limits['retry.perSecond'], time.now());
  const count = kit.count ?? (() => undefined);

  /** Whether the same may be asked once more. */
  const mayRepeat = (
    { kind, isProbe, tries }: Pick<Call<unknown>, 'kind' | 'isProbe' | 'tries'>,
    { code, effect }: Fault,
  ): boolean => {
    if (isProbe || tries >= limits['call.tries'] || breaker.state !== 'closed') return false;
    if (code !== 'store.unavailable' && code !== 'store.throttled') return false;
    return (kind !== 'write' || effect === 'none') && budget.take(time.now());
  };

  const judge = ({ isProbe }: Pick<Call<unknown>, 'isProbe'>, isFailure: boolean): void => {
    if (isProbe) {
      breaker.isProbing = false;
      outcomes.forget(time.now());
      return tell(isFailure ? 'FAILED' : 'ANSWERED');
    }
    outcomes.note(isFailure, time.now());
    if (!isFailure || breaker.state !== 'closed') return;
    if (outcomes.isBad(limits['breaker.failures'], time.now())) tell('TRIPPED');
  };

  const ended = <T>(call: Call<T>, outcome: Outcome<T>): void => {
    const isFailure = !outcome.ok && outcome.fault.code === 'store.unavailable';
    judge(call, isFailure);
    if (!outcome.ok && mayRepeat(call, outcome.fault)) {
      count('again');
      const longest = limits['call.retryMs'] * 2 ** call.tries;
      return void time.alarm(random.next() * longest, () => begin(call));
    }
    count(isFailure ? 'failed' : 'fine');
    if (outcome.ok || outcome.fault.code !== 'store.throttled') return call.done(outcome);
    const { message } = outcome.fault;
    call.done(failed(fault('store.unavailable', message, 'none', limits['retry.afterMs'])));
  };

  const begin = <T>(call: Call<T>): void => {
    call.tries += 1;
    let isOver = false;
    const end = (outcome: Outcome<T>): void => {
      if (isOver) return count('late');
      isOver = true;
      endAlarm();
      ended(call, outcome);
    };
    const endAlarm = time.alarm(limits['call.deadlineMs'], () => end(failed(late(kit, call.kind))));
    call.attempt(end);
  };

  return {
    call: (kind, attempt) => (done) => {
      const isProbe = breaker.state === 'halfOpen' && !breaker.isProbing;
      if (breaker.state !== 'closed' && !isProbe) {
        count('refused');
        return done(failed(refusal(kit)));
      }
      if (isProbe) breaker.isProbing = true;
      budget.called();
      begin({ kind, attempt, done, isProbe, tries: 0 });
    },
  };
};
