/** Tokens, true and forged, signed by hand: a library would refuse to make most of these. */
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type Json = Readonly<Record<string, unknown>>;

const encoded = (value: object | string): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const hashes: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' };

/** A token of these claims, signed by HMAC as its header says. */
function signed(claims: Json, secret: string, header: Json & { alg: string } = { alg: 'HS256' }): string {
  const text = `${encoded(header)}.${encoded(claims)}`;
  const hash = hashes[header.alg] ?? 'sha256';
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

const now = (): number => Math.floor(Date.now() / 1_000);

/** A token that the server takes. */
export const trueToken = (user: string, secret: string): string => signed({ sub: user, exp: now() + 3_600 }, secret);

/** Made once: it costs more than all else that attackers compute. */
let ours: KeyObject | undefined;

function signedByUs(claims: Json): string {
  ours ??= generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  const text = `${encoded({ alg: 'RS256' })}.${encoded(claims)}`;
  return `${text}.${createSign('sha256').update(text).sign(ours).toString('base64url')}`;
}

/** Tokens that nobody may get in by, by what is wrong with them. */
export function forgeries(user: string, secret: string): Readonly<Record<string, string>> {
  const claims = { sub: user, exp: now() + 3_600 };
  const good = signed(claims, secret);
  const [head, body, signature] = good.split('.');
  return {
    nothing: '',
    'no token': 'let me in, please',
    'two dots': '..',
    'sixty thousand bytes': `${'x'.repeat(30_000)}.${'y'.repeat(30_000)}.z`,
    expired: signed({ ...claims, exp: now() - 60 }, secret),
    'no expiry': signed({ sub: user }, secret),
    'an expiry that is no number': signed({ ...claims, exp: 'never' }, secret),
    'not yet valid (nbf)': signed({ ...claims, nbf: now() + 60 }, secret),
    'issued in the future (iat)': signed({ ...claims, iat: now() + 60 }, secret),
    'nobody’s': signed({ exp: claims.exp }, secret),
    'of a user with no name': signed({ ...claims, sub: '../admin' }, secret),
    'alg none': `${encoded({ alg: 'none' })}.${encoded(claims)}.`,
    'alg none, with our signature': `${encoded({ alg: 'none' })}.${body}.${signature}`,
    'without its signature': `${head}.${body}.`,
    'another user under this signature': `${head}.${encoded({ ...claims, sub: 'admin' })}.${signature}`,
    'another key': signed(claims, 'another secret that is also long enough here'),
    'an empty key': signed(claims, ''),
    HS512: signed(claims, secret, { alg: 'HS512' }),
    HS384: signed(claims, secret, { alg: 'HS384' }),
    'RS256 by a key of ours': signedByUs(claims),
    'a key of ours in the header': signed(claims, 'ours', {
      alg: 'HS256',
      jwk: { kty: 'oct', k: encoded('ours') },
    }),
    'a key file in the header': signed(claims, '', { alg: 'HS256', kid: '../../../../dev/null' }),
    'an extension that must be known': signed(claims, secret, { alg: 'HS256', crit: ['b64'], b64: false }),
  };
}
