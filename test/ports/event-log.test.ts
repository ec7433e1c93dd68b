// The event log in memory passes the suite of the port, in virtual time.
import { describe } from 'vitest';
import type { Effect, Outcome } from '#contract/effects';
import { MemoryEventLog } from '#adapters/memory/event-log';
import { seededRandom } from '#runtime/random';
import { VirtualClock } from '#runtime/virtual-clock';
import { eventLogSuite } from '#test/ports/event-log.suite';

const open: Parameters<typeof eventLogSuite>[0] = () => {
  const clock = new VirtualClock(1_000);
  const random = seededRandom('event log');
  const log = new MemoryEventLog({ clock, latency: () => random.int(10) });
  const outcome = <T>(effect: Effect<T>): Promise<Outcome<T>> =>
    new Promise((resolve) => {
      effect(resolve);
      clock.advance(100);
    });
  return Promise.resolve({
    log,
    outcome,
    until: (holds) => {
      for (let ms = 0; ms < 5_000 && !holds(); ms += 10) clock.advance(10);
      return holds() ? Promise.resolve() : Promise.reject(new Error(`it never holds: ${String(holds)}`));
    },
    pass: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
    now: () => clock.now(),
    close: () => Promise.resolve(),
  });
};

describe('memory', () => {
  eventLogSuite(open);
});
