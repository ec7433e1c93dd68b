/** Whether an attack was borne: judged from what was measured, and from nothing else. */
import type { Attack, Tally } from '#test/siege/attack';
import type { Memory } from '#test/siege/harness/memory';

/** The p99 of one kind of time, in ms: in the quiet phases around an attack, and during it. */
export interface Pace {
  readonly quietMs: number;
  readonly attackMs: number;
}

export interface Measured {
  /** Sends in the quiet phases, and during the attack. */
  readonly sends: { readonly quiet: number; readonly attack: number };
  readonly stored: Pace;
  readonly delivered: Pace;
  /** Resident memory of the server before, and the most during the attack; null where it cannot be known. */
  readonly memory: { readonly beforeMiB: number; readonly peakMiB: number } | null;
  readonly tally: Tally;
  /** What happened to the crowd that should not have: connections lost, sends refused. */
  readonly harm: readonly string[];
}

export const allowedRatio = 5;

/**
 * A quiet p99 below this counts as this. It is of the order of one disk flush plus one garbage collection: below, five
 * times nearly nothing would be exceeded by a single one of either, which no user could notice.
 */
export const floorMs = 5;

/** Fewer samples have no hundredth part worth the name. */
export const fewestSends = 100;

export const ratioOf = ({ quietMs, attackMs }: Pace): number => attackMs / Math.max(quietMs, floorMs);

/** What is too slow, in words. The only part of a verdict that the noise of a machine can change. */
export const slowness = ({ stored, delivered }: Measured): string[] =>
  Object.entries({ stored, delivered })
    .filter(([, pace]) => ratioOf(pace) > allowedRatio)
    .map(([what, pace]) => {
      const times = `${pace.attackMs.toFixed(1)} ms instead of ${pace.quietMs.toFixed(1)} ms`;
      return `p99 of ${what}: ${times}, more than ${allowedRatio} times (floor ${floorMs} ms)`;
    });

/** All that speaks against it; empty: borne. */
export function verdict(attack: Pick<Attack, 'memoryMiB'>, measured: Measured): string[] {
  const { sends, memory, tally, harm } = measured;
  const found = [...slowness(measured), ...harm, ...tally.wrong];
  if (Object.keys(tally.answers).length === 0) found.push('the attack had no answer at all');
  for (const [phase, count] of Object.entries(sends))
    if (count < fewestSends) found.push(`only ${count} sends while ${phase}: nothing is known of their p99`);
  if (memory !== null && memory.peakMiB - memory.beforeMiB > attack.memoryMiB) {
    const grown = `${memory.beforeMiB} to ${memory.peakMiB} MiB`;
    found.push(`memory grew from ${grown}, more than ${attack.memoryMiB} MiB`);
  }
  return found;
}

/** The memory of an attack: as it stood before, and its peak. */
export const memoryDuring = (before: Memory | null, after: Memory | null): Measured['memory'] =>
  before === null || after === null ? null : { beforeMiB: before.nowMiB, peakMiB: after.peakMiB };
