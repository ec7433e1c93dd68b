/** Writes that may wait: together, later, again where they failed, at once where too many wait. On virtual time. */
import { describe, expect, it } from 'vitest';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import { Coalescing } from '#adapters/tiered/coalescing';
import { VirtualClock } from '#runtime/virtual-clock';

const start = (changed: Partial<Record<LimitName, number>>) => {
  const limits = withLimits(changed);
  const clock = new VirtualClock();
  const written: [string, number][] = [];
  const failing = { next: 0 };
  const later = new Coalescing<number>({
    time: {
      now: () => clock.now(),
      alarm: (delayMs, ring) => {
        const timer = clock.schedule(delayMs, ring);
        return () => timer.cancel();
      },
    },
    withinMs: limits['inbox.touchMs'],
    most: limits['tiered.waiting'],
    merge: Math.max,
    write: (key, value) => {
      if (failing.next-- > 0) return Promise.reject(new Error('away'));
      written.push([key, value]);
      return Promise.resolve();
    },
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { later, written, failing, pass };
};

describe('coalescing', () => {
  it('inbox.touchMs: what is collected in this time is written together, each key once', async () => {
    const { later, written, pass } = start({ 'inbox.touchMs': 100 });
    for (const value of [1, 3, 2]) later.add('a', value);
    later.add('b', 1);
    await pass(99);
    expect(written).toEqual([]);
    await pass(1);
    expect(written).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
  });

  it('tiered.waiting: with more than that, it is written at once', async () => {
    const { later, written, pass } = start({ 'tiered.waiting': 2 });
    for (const key of ['a', 'b']) later.add(key, 1);
    await pass(0);
    expect(written).toEqual([]);
    later.add('c', 1);
    await pass(0);
    expect(written).toHaveLength(3);
  });

  it('what could not be written is written later, with what came meanwhile', async () => {
    const { later, written, failing, pass } = start({ 'inbox.touchMs': 100 });
    failing.next = 1;
    later.add('a', 5);
    await pass(100);
    later.add('a', 7);
    expect(written).toEqual([]);
    await pass(100);
    expect(written).toEqual([['a', 7]]);
  });

  it('a flush writes what waits, also what came while another was under way', async () => {
    const { later, written } = start({});
    later.add('a', 1);
    const first = later.flush();
    later.add('b', 2);
    await Promise.all([first, later.flush()]);
    expect(written.map(([key]) => key)).toEqual(['a', 'b']);
  });
});
