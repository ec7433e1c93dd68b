/** Names as people write them into a field: several, with commas or blanks between. */
import type { User } from '#contract/conversation';

export interface Names {
  /** Each once, in the order written. */
  readonly users: readonly User[];
  /** What cannot be a name, as written; undefined: all can. */
  readonly wrong: string | undefined;
}

const isName = (text: string): boolean => /^[A-Za-z0-9][\w.-]{0,63}$/.test(text);

export const namesIn = (text: string): Names => {
  const found = [...new Set(text.split(/[\s,;]+/).filter((each) => each !== ''))].map((each) => each.replace(/^@/, ''));
  return { users: [...new Set(found)], wrong: found.find((each) => !isName(each)) };
};

export const wrongNameWords = (name: string): string =>
  `“${name}” cannot be a name: letters, digits, dots, dashes and underscores only, and the first a letter or digit.`;
