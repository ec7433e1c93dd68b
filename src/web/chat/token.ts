/** Tokens as a person has them: pasted, or behind the # of a link. Whose they are is read here; the server checks. */
import type { Millis, User } from '#contract/conversation';

export interface Account {
  readonly user: User;
  readonly token: string;
  /** When it ends; Infinity where it does not say. */
  readonly exp: Millis;
}

const fromBase64Url = (text: string): string => {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
};

/** Whose token it is; undefined: it is none. */
export const accountOf = (text: string): Account | undefined => {
  const token = text.trim();
  const [, payload, , ...more] = token.split('.');
  if (payload === undefined || more.length > 0 || !/^[\w.-]+$/.test(token)) return undefined;
  try {
    const { sub, exp } = JSON.parse(fromBase64Url(payload)) as { readonly sub?: unknown; readonly exp?: unknown };
    if (typeof sub !== 'string' || !/^[A-Za-z0-9][\w.-]{0,63}$/.test(sub)) return undefined;
    return { user: sub, token, exp: typeof exp === 'number' ? exp * 1_000 : Infinity };
  } catch {
    return undefined;
  }
};

/** The token of `#token=…`; undefined where there is none. */
export const tokenIn = (hash: string): string | undefined =>
  new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? undefined;

/** What is to be seen, as the address says it: a conversation, or the list. */
export const convIn = (hash: string): string | undefined => {
  const [, part] = /^#\/c\/(.+)$/.exec(hash) ?? [];
  try {
    return part === undefined ? undefined : decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

export const hashOf = (conv: string | undefined): string =>
  conv === undefined ? '#/' : `#/c/${encodeURIComponent(conv)}`;
