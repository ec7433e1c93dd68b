/** How a check ends when it does not hold (what was expected, what came), or when it cannot be tried at all. */
import { isDeepStrictEqual } from 'node:util';

const shownLength = 400;

/** Anything, short enough for a line of a report. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length <= shownLength ? text : `${text.slice(0, shownLength)}… (${text.length} characters)`;
};

/** The rule does not hold. */
export class Unmet extends Error {
  constructor(
    readonly expected: string,
    readonly came: string,
  ) {
    super(`expected ${expected}, came ${came}`);
  }
}

/** The rule could not be tried here; nothing is said about it. */
export class NotTried extends Error {}

export function must(holds: boolean, expected: string, came: unknown): asserts holds {
  if (!holds) throw new Unmet(expected, shown(came));
}

/** Deeply equal, keys in any order. */
export const mustEqual = (came: unknown, expected: unknown, what: string): void =>
  must(isDeepStrictEqual(came, expected), `${what}: ${shown(expected)}`, came);

/** Each field named has this value; others may be there. */
export const mustHold = (came: object, expected: Readonly<Record<string, unknown>>, what: string): void => {
  const there = came as Readonly<Record<string, unknown>>;
  for (const [field, value] of Object.entries(expected)) {
    must(isDeepStrictEqual(there[field], value), `${what} with ${field} ${shown(value)}`, came);
  }
};
