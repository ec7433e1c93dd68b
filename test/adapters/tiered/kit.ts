/** Virtual time for adapters that take a source of time. */
import type { TimeSource } from '#contract/ports/system';
import type { VirtualClock } from '#runtime/virtual-clock';

export const timeOf = (clock: VirtualClock): TimeSource => ({
  now: () => clock.now(),
  alarm: (delayMs, ring) => {
    const timer = clock.schedule(delayMs, ring);
    return () => timer.cancel();
  },
});

/** Lets promises settle that wait for nothing but each other, while virtual time goes by. */
export const pass = async (clock: VirtualClock, ms: number): Promise<void> => {
  const steps = 20;
  for (let step = 0; step < steps; step += 1) {
    clock.advance(ms / steps);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
