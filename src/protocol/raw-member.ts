/**
 * How large a member of a JSON object is *as sent*: spaces and escapes included, which parsing forgets. The text has
 * been parsed before, so it is known to be valid JSON, and an object.
 */
import { utf8Bytes } from '#protocol/utf8';

const isSpace = (char: string | undefined): boolean => char === ' ' || char === '\n' || char === '\r' || char === '\t';

const skipSpace = (text: string, start: number): number => {
  let at = start;
  while (isSpace(text[at])) at += 1;
  return at;
};

/** `start` is at the opening quote; answers the place behind the closing one. */
const skipString = (text: string, start: number): number => {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
};

const skipScalar = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && !isSpace(text[at]) && !',}]'.includes(text[at] ?? ',')) at += 1;
  return at;
};

const skipValue = (text: string, start: number): number => {
  if (text[start] === '"') return skipString(text, start);
  if (text[start] !== '{' && text[start] !== '[') return skipScalar(text, start);
  let at = start;
  let depth = 0;
  do {
    const char = text[at];
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    at = char === '"' ? skipString(text, at) : at + 1;
  } while (depth > 0);
  return at;
};

const nameOf = (raw: string): string => (raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1));

/** Bytes in UTF-8 of the value of `name`; of the last one where the name comes twice, as in `JSON.parse`. */
export const rawMemberBytes = (text: string, name: string): number => {
  let bytes = 0;
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text[at] === '"') {
    const afterName = skipString(text, at);
    const found = nameOf(text.slice(at, afterName)) === name;
    const start = skipSpace(text, skipSpace(text, afterName) + 1);
    const end = skipValue(text, start);
    if (found) bytes = utf8Bytes(text.slice(start, end));
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return bytes;
};
