// Faults around a port: each verdict does to a call what it says, and nothing to the others.
import { describe, expect, test } from 'vitest';
import { fault, failed, ok } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import { VirtualClock } from '#runtime/virtual-clock';
import { withCrashPoints, withFaults } from '#testkit/faults';
import type { Verdict } from '#testkit/faults';

/** A class, as a port may be: its operations need their `this`. */
class Counter {
  #count = 0;

  add(by: number): Effect<number> {
    return (done) => done(ok((this.#count += by)));
  }

  read(): Effect<number> {
    return (done) => done(ok(this.#count));
  }

  subscribe(): () => void {
    return () => undefined;
  }
}

const lost = fault('store.unavailable', 'lost', 'unknown');

const faulty = (verdict: Verdict) => {
  const clock = new VirtualClock();
  const counter = withFaults(new Counter(), ['add'], clock, ({ operation, args: [by] }) =>
    operation === 'add' && by === 1 ? verdict : 'pass',
  );
  const answers: Outcome<number>[] = [];
  counter.add(1)((outcome) => answers.push(outcome));
  const count = (): number => {
    let read = -1;
    counter.read()((outcome) => (read = outcome.ok ? outcome.value : -1));
    return read;
  };
  return { clock, counter, answers, count };
};

describe('a call that meets a verdict', () => {
  test.each<[string, Verdict, number, Outcome<number>[]]>([
    ['passes', 'pass', 1, [ok(1)]],
    ['is dropped', 'drop', 0, []],
    ['is applied, its answer dropped', 'drop answer', 1, []],
    ['fails', { fail: lost }, 0, [failed(lost)]],
    ['fails although it was applied', { fail: lost, applied: true }, 1, [failed(lost)]],
  ])('%s', (_name, verdict, applied, answered) => {
    const { count, answers } = faulty(verdict);
    expect([count(), answers]).toEqual([applied, answered]);
  });

  test('is applied later', () => {
    const { clock, count, answers } = faulty({ delayMs: 10 });
    expect([count(), answers]).toEqual([0, []]);
    clock.advance(10);
    expect([count(), answers]).toEqual([1, [ok(1)]]);
  });

  test('leaves other calls and operations alone', () => {
    const { counter, count } = faulty('drop');
    counter.add(2)(() => undefined);
    expect(count()).toBe(2);
    expect(counter.subscribe()()).toBeUndefined();
  });
});

describe('crash points', () => {
  test('are passed before and after an operation; what does not go on is not applied, or not answered', () => {
    const seen: string[] = [];
    let stopAt = '';
    const counter = withCrashPoints(new Counter(), ['add'], (point) => {
      seen.push(point);
      return point !== stopAt;
    });
    const answers: Outcome<number>[] = [];
    for (const point of ['', 'after:add', 'before:add']) {
      stopAt = point;
      counter.add(1)((outcome) => answers.push(outcome));
    }
    counter.read()((outcome) => answers.push(outcome));
    expect(seen).toEqual(['before:add', 'after:add', 'before:add', 'after:add', 'before:add']);
    expect(answers).toEqual([ok(1), ok(2)]);
  });
});
