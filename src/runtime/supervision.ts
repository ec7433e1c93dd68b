/** When a failed actor may start anew: a pure decision over the times of its earlier failures. */
import type { Limits } from '#contract/limits';
import type { Backoff, Supervision } from '#runtime/types';

export const defaultSupervision = (limits: Limits): Supervision => ({
  kind: 'restart',
  backoff: {
    baseMs: limits['restart.baseMs'],
    maxMs: limits['restart.maxMs'],
    budget: limits['restart.budget'],
    withinMs: limits['restart.withinMs'],
  },
});

/** The same, but who gives up just stops: for children of a parent that must not fall with any of them. */
export const alone = (supervision: Supervision): Supervision =>
  supervision.kind === 'restart' ? { ...supervision, then: 'stop' } : supervision;

export type Verdict = { readonly restartAfterMs: number } | 'give up';

/** `failures`: times of the failures so far, this one included; forgets those outside the window. */
export const decide = (backoff: Backoff, failures: number[], now: number): Verdict => {
  while (failures.length > 0 && (failures[0] as number) <= now - backoff.withinMs) failures.shift();
  if (failures.length > backoff.budget) return 'give up';
  return { restartAfterMs: Math.min(backoff.maxMs, backoff.baseMs * 2 ** (failures.length - 1)) };
};
