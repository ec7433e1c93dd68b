/** Links in what people write: http and https alone, and found as text, so that nothing of it is ever taken as HTML. */
export type Piece = string | { readonly href: string; readonly text: string };

const candidate = /\bhttps?:\/\/[^\s<>"'`\u0000-\u0020\u007f-\u00a0\u2028\u2029]+/gi;

/** Punctuation behind a link is the sentence's, and so is a bracket that was opened before it. */
const trimmed = (found: string): string => {
  let text = found.replace(/[.,;:!?…*_~|]+$/, '');
  for (const [open, close] of ['()', '[]', '{}']) {
    while (text.endsWith(close ?? '') && text.split(close ?? '').length > text.split(open ?? '').length)
      text = text.slice(0, -1).replace(/[.,;:!?…]+$/, '');
  }
  return text;
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
