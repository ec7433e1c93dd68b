// Real time, with the timers of the process held by the test.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freshSeed } from '#adapters/system/random';
import { systemTime } from '#adapters/system/time';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

test('now is Unix milliseconds', () => {
  vi.advanceTimersByTime(234);
  expect(systemTime.now()).toBe(1_234);
});

test('an alarm rings once, in time', () => {
  const ring = vi.fn();
  systemTime.alarm(50, ring);
  vi.advanceTimersByTime(49);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(ring).toHaveBeenCalledTimes(1);
});

test('an alarm called off does not ring, and leaves nothing behind', () => {
  const ring = vi.fn();
  const callOff = systemTime.alarm(50, ring);
  callOff();
  callOff();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(ring).not.toHaveBeenCalled();
});

test('each seed is another one, and can be pasted into a command line', () => {
  const seeds = Array.from({ length: 100 }, freshSeed);
  expect(new Set(seeds).size).toBe(100);
  for (const seed of seeds) expect(seed).toMatch(/^[0-9a-f]{32}$/);
});
