// Virtual time stops at each deadline.
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '#runtime/virtual-clock';

describe('The virtual clock', () => {
  test('rings a timer that a timer sets at its own time, however far it is moved', () => {
    const clock = new VirtualClock(100);
    const rang: number[] = [];
    clock.schedule(10, () => {
      rang.push(clock.now());
      clock.schedule(10, () => void rang.push(clock.now()));
    });
    clock.advance(1_000);
    expect([rang, clock.now()]).toEqual([[110, 120], 1_100]);
  });

  test('moves to one deadline at a time, and not beyond the given one', () => {
    const clock = new VirtualClock();
    const rang: number[] = [];
    [10, 20, 30].forEach((ms) => void clock.schedule(ms, () => void rang.push(ms)));
    expect([clock.ringNext(20), clock.now()]).toEqual([true, 10]);
    expect([clock.ringNext(20), clock.ringNext(20), clock.now()]).toEqual([true, false, 20]);
    expect([clock.nextDue(), clock.pending, rang]).toEqual([30, 1, [10, 20]]);
  });

  test('takes a delay that is negative, or no number, for none', () => {
    const clock = new VirtualClock(5);
    const rang: string[] = [];
    clock.schedule(1, () => void rang.push('later'));
    clock.schedule(-10, () => void rang.push('negative'));
    clock.schedule(Number.NaN, () => void rang.push('no number'));
    clock.advance(1);
    expect([rang, clock.now()]).toEqual([['negative', 'no number', 'later'], 6]);
  });

  test('tells the runtime’s own timers from those of ports', () => {
    const clock = new VirtualClock();
    const own = clock.own.schedule(10, () => undefined);
    clock.schedule(20, () => undefined);
    expect([clock.own.now(), clock.pending, clock.pendingOutside]).toEqual([0, 2, 1]);
    own.cancel();
    expect([clock.pending, clock.pendingOutside]).toEqual([1, 1]);
    clock.advance(20);
    expect([clock.own.now(), clock.pending, clock.pendingOutside]).toEqual([20, 0, 0]);
  });
});
