// Tokens as the little server reads them, and the flaws that it may be told to let pass.
import { createHmac } from 'node:crypto';
import type { TokenFlaw } from '#test/conformance/fake/settings';

export const secret = 'the key of a little server that forgets everything';

export interface Claims {
  readonly user: string;
  readonly exp: number;
}

const parsed = (part: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8')) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};

/** Undefined: not to be let in. */
export const readToken = (
  token: string,
  leewaySeconds: number,
  tolerated: TokenFlaw | undefined,
): Claims | undefined => {
  const [head, body, signature = ''] = token.split('.');
  const { alg } = parsed(head);
  const { sub, exp, nbf, iat } = parsed(body);
  const now = Date.now() / 1_000;
  const good = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  const isAfter = (time: unknown) => typeof time === 'number' && time > now + leewaySeconds;
  const flaws: (TokenFlaw | false)[] = [
    (alg === undefined || (alg === 'HS256' && signature.length !== good.length)) && 'garbage',
    alg === 'none' && 'none',
    alg === 'HS256' && signature.length === good.length && signature !== good && 'key',
    typeof exp === 'number' && exp < now - leewaySeconds && 'expired',
    alg !== undefined && typeof exp !== 'number' && 'no-exp',
    alg !== undefined && typeof sub !== 'string' && 'no-sub',
    typeof sub === 'string' && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(sub) && 'bad-sub',
    isAfter(nbf) && 'nbf',
    isAfter(iat) && 'iat',
  ];
  if (flaws.some((flaw) => flaw !== false && flaw !== tolerated)) return undefined;
  const user = typeof sub === 'string' && tolerated !== 'bad-sub' ? sub : 'somebody';
  return { user, exp: typeof exp === 'number' ? exp * 1_000 : 4_102_444_800_000 };
};
