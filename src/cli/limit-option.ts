/** `--limit name=value`, and HOGMANAY_LIMIT with several of them, separated by commas. */
import { isLimitName, limitTable, withLimits, type LimitName, type Limits } from '#contract/limits';
import { nearest, UsageError } from '#cli/usage';

/** The longest that a timer can wait; no other limit has a use for more. */
const highest = 2_147_483_647;

/** A rate of 0 means no limit, and days of 0 for ever; nothing else works with 0. */
const lowest = (name: LimitName): number => (/^(per|days)/.test(limitTable[name].unit) ? 0 : 1);

const readLimit = (assignment: string, source: string): [LimitName, number] => {
  const [name = '', text = '', ...rest] = assignment.trim().split('=');
  if (!isLimitName(name)) {
    throw new UsageError(`${source}: no limit ${name}: did you mean ${nearest(name, Object.keys(limitTable))}=…?`);
  }
  const value = Number(text);
  const valid = rest.length === 0 && /^\d+$/.test(text) && value >= lowest(name) && value <= highest;
  if (!valid) {
    throw new UsageError(`${source}: ${name} must be a whole number from ${lowest(name)} to ${highest}: ${name}=…`);
  }
  return [name, value];
};

export const readLimits = (given: readonly { readonly text: string; readonly source: string }[]): Limits => {
  const changed = given.flatMap(({ text, source }) =>
    text.split(',').map((assignment) => readLimit(assignment, source)),
  );
  return withLimits(Object.fromEntries(changed));
};
