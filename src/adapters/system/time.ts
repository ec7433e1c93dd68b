/** Real time: the clock on the wall and the alarm of the process. */
import type { TimeSource } from '#contract/ports/system';

export const systemTime: TimeSource = {
  now: () => Date.now(),
  alarm: (delayMs, ring) => {
    const timeout = setTimeout(ring, delayMs);
    return () => clearTimeout(timeout);
  },
};
