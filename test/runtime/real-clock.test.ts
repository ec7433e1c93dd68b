// The real clock asks the operating system for one alarm at a time. The time source here is a fake.
import { describe, expect, test } from 'vitest';
import type { TimeSource } from '#contract/ports/system';
import { RealClock } from '#runtime/real-clock';

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** A time source moved by hand, which counts the alarms it was asked for. */
class FakeSource implements TimeSource {
  time = 1_000;
  asked: number[] = [];
  alarms = new Set<Alarm>();

  now(): number {
    return this.time;
  }

  alarm(delayMs: number, ring: () => void): () => void {
    const alarm = { at: this.time + delayMs, ring };
    this.asked.push(delayMs);
    this.alarms.add(alarm);
    return () => void this.alarms.delete(alarm);
  }

  pass(ms: number): void {
    this.time += ms;
    for (const alarm of [...this.alarms]) {
      if (alarm.at > this.time || !this.alarms.delete(alarm)) continue;
      alarm.ring();
    }
  }
}

const scene = () => {
  const source = new FakeSource();
  const clock = new RealClock(source);
  const rang: string[] = [];
  const set = (ms: number, name: string) => clock.schedule(ms, () => void rang.push(`${name} ${source.time - 1_000}`));
  return { source, clock, rang, set };
};

describe('The real clock', () => {
  test('has one alarm for many timers, armed anew only for an earlier one', () => {
    const { source, rang, set } = scene();
    [50, 80, 60, 20, 20, 90].forEach((ms, index) => void set(ms, `t${index}`));
    expect([source.asked, source.alarms.size]).toEqual([[50, 20], 1]);
    source.pass(20);
    expect([rang, source.alarms.size, source.asked.at(-1)]).toEqual([['t3 20', 't4 20'], 1, 30]);
    source.pass(100);
    expect(rang.slice(2).map((each) => each.split(' ')[0])).toEqual(['t0', 't2', 't1', 't5']);
    expect([source.alarms.size, source.asked]).toEqual([0, [50, 20, 30]]);
  });

  test('arms once for all timers that are set while it rings', () => {
    const { source, clock, set, rang } = scene();
    clock.schedule(10, () => [30, 5, 20].forEach((ms) => void set(ms, `after ${ms}`)));
    set(10, 'beside');
    source.pass(10);
    expect(source.asked).toEqual([10, 5]);
    source.pass(30);
    expect(rang[0]).toBe('beside 10');
    expect(rang.length).toBe(4);
  });

  test('asks again when the alarm comes early', () => {
    const { source, rang, set } = scene();
    set(10, 'a');
    const [early] = source.alarms;
    source.alarms.clear();
    source.time += 9;
    early?.ring();
    expect([rang, source.asked]).toEqual([[], [10, 1]]);
    source.pass(1);
    expect(rang).toEqual(['a 10']);
  });

  test('waits in several alarms for what is further than 2^31 ms away', () => {
    const { source, rang, set } = scene();
    const far = 2 ** 31 + 5_000;
    set(far, 'far');
    expect(source.asked).toEqual([2 ** 31 - 1]);
    source.pass(2 ** 31 - 1);
    expect([rang, source.asked.at(-1)]).toEqual([[], 5_001]);
    source.pass(5_001);
    expect(rang).toEqual([`far ${far}`]);
    set(Infinity, 'never');
    expect(source.alarms.size).toBe(0);
  });

  test('sets the next alarm even when a callback throws', () => {
    const { source, clock, rang, set } = scene();
    clock.schedule(10, () => {
      throw new Error('a callback');
    });
    set(10, 'beside');
    expect(() => source.pass(10)).toThrow('a callback');
    source.pass(0);
    expect(rang).toEqual(['beside 10']);
  });

  test('rings no more once stopped, not even from within a ring', () => {
    const { source, clock, rang, set } = scene();
    clock.schedule(10, () => clock.stop());
    set(20, 'late');
    source.pass(10);
    set(5, 'later');
    source.pass(100);
    expect([rang, source.alarms.size]).toEqual([[], 0]);
  });

  test('leaves cancelled timers alone', () => {
    const { source, rang, set } = scene();
    set(10, 'a').cancel();
    set(30, 'b');
    source.pass(10);
    expect([rang, source.asked]).toEqual([[], [10, 20]]);
    source.pass(20);
    expect(rang).toEqual(['b 30']);
  });
});
