/** How long to wait: at random, so that those who were thrown out together do not come back together. */
import type { Random } from '#contract/ports/system';
import type { ClientLimits } from '#client/limits';

/**
 * Before the n-th try (from 1) in ms. Full jitter: random between 0 and a bound that doubles up to `reconnect.capMs`.
 * What the server asked for is waited in full, with a random addition: some would say plus or minus 2.5 s, but those
 * who come early are turned away again.
 */
export const reconnectWait = (limits: ClientLimits, random: Random, n: number, retryAfterMs?: number): number => {
  if (retryAfterMs !== undefined) return retryAfterMs + random.next() * limits['retryAfter.jitterMs'];
  return random.next() * bound(limits, n);
};

/** Before a refused send or request goes out again, the n-th time (from 1): at least 1 s, 2 s, 4 s …, or as told. */
export const repeatWait = (limits: ClientLimits, random: Random, n: number, retryAfterMs = 0): number => {
  const least = Math.max(retryAfterMs, bound(limits, n));
  return least + random.next() * Math.min(least, limits['retryAfter.jitterMs']);
};

const bound = (limits: ClientLimits, n: number): number =>
  Math.min(limits['reconnect.capMs'], limits['reconnect.baseMs'] * 2 ** Math.min(n - 1, 30));
