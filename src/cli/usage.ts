/** Wrong usage: one line that says what would be right; the process ends with status 2. */
import type { Fault, FaultEffect } from '#contract/effects';
import { errorTable } from '#contract/errors';

export class UsageError extends Error implements Fault {
  readonly code = 'cli.usage';
  readonly effect: FaultEffect = 'none';
}

/** Errors of other rooms that carry a code of the table are told by their text alone: no stack helps the reader. */
export const isFault = (error: unknown): error is Error & Fault =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && Object.hasOwn(errorTable, error.code);

const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[other.length] ?? 0;
};

/** The name that was probably meant. */
export const nearest = (wrong: string, names: readonly string[]): string => {
  const [best] = names.map((name) => ({ name, far: distance(wrong, name) })).sort((a, b) => a.far - b.far);
  return best?.name ?? '';
};
