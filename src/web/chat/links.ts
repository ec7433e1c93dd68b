/**
 * What people write: shortened where it is long, and the links in it: http and https alone, and found as text, so that
 * nothing of it is ever taken as HTML.
 */
export type Piece = string | { readonly href: string; readonly text: string };

const candidate = /\bhttps?:\/\/[^\s<>"'`\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/gi;

const opening: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

const countOf = (text: string, letter: string): number => text.split(letter).length - 1;

/** Punctuation behind a link is the sentence's, and so is a bracket that was opened before it. */
const trimmed = (found: string): string => {
  const spare = new Map(
    Object.entries(opening).map(([close, open]) => [close, countOf(found, close) - countOf(found, open)]),
  );
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found.charAt(end - 1);
    const over = spare.get(last) ?? 0;
    if (over > 0) spare.set(last, over - 1);
    else if (!'.,;:!?…*_~|'.includes(last)) break;
  }
  return found.slice(0, end);
};

/** Undefined where it is none that may be followed: without a host, or with a name and password to mislead by. */
const hrefOf = (text: string): string | undefined => {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, username, password, href } = new URL(text);
  const isSafe = (protocol === 'http:' || protocol === 'https:') && hostname !== '' && username + password === '';
  return isSafe ? href : undefined;
};

/** The text in pieces, in order; put together again it is the same text. */
export const piecesOf = (body: string): Piece[] => {
  const pieces: Piece[] = [];
  let done = 0;
  for (const { 0: found, index } of body.matchAll(candidate)) {
    const text = trimmed(found);
    const href = hrefOf(text);
    if (href === undefined) continue;
    if (index > done) pieces.push(body.slice(done, index));
    pieces.push({ href, text });
    done = index + text.length;
  }
  if (done < body.length) pieces.push(body.slice(done));
  return pieces;
};

/** A word that is cut is left out, unless it is longer. */
const longestWord = 40;

/** The beginning of a long text, cut between characters and where possible between words. */
export const shortened = (body: string, charactersMost: number, linesMost: number): string => {
  const lines = body.split('\n', linesMost + 1);
  const short = lines.length > linesMost ? lines.slice(0, linesMost).join('\n') : body;
  if (short.length <= charactersMost) return short;
  let end = charactersMost;
  // Half a link would lead somewhere else.
  for (const { 0: found, index } of short.matchAll(candidate))
    if (index > 0 && index < end && index + found.length > end) end = index;
  const cut = short.slice(0, end).replace(/[\ud800-\udbff]$/, '');
  const words = cut.slice(0, Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('\n')));
  return end - words.length > longestWord ? cut : words;
};
