/** Tokens (docs/protocol.md section 6): JWTs signed with the one secret of a deployment. */
import { createSecretKey } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import type { Claims, Tokens } from '#contract/ports/system';

/** What one shared secret can sign. `none` is not among them, and never will be. */
export type TokenAlgorithm = 'HS256' | 'HS384' | 'HS512';

export interface TokenKey {
  readonly secret: Uint8Array;
  /** Accepted; HS256 alone unless said otherwise. */
  readonly algorithms?: readonly TokenAlgorithm[];
  /** Clocks of two machines differ: a token counts this much longer, and this much earlier. In ms. */
  readonly leewayMs: number;
}

export interface TokenRequest {
  readonly user: string;
  readonly ttlMs: number;
  readonly admin: boolean;
  readonly secret: Uint8Array;
  readonly now: number;
}

const userPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;

class BadClaim extends Error {}

export const jwtTokens = ({ secret, algorithms = ['HS256'], leewayMs }: TokenKey): Tokens => {
  const leewaySeconds = leewayMs / 1_000;
  const key = createSecretKey(secret);
  const options = { algorithms: [...algorithms], clockTolerance: leewaySeconds, requiredClaims: ['sub', 'exp'] };
  const verify = async (token: string, now: number): Promise<Claims> => {
    const { payload } = await jwtVerify(token, key, { ...options, currentDate: new Date(now) });
    return claimsOf(payload, now, leewaySeconds);
  };
  return { verify: (token, now) => fromPromise(() => verify(token, now), unauthenticated) };
};

/** Signed with HS256; lives for `ttlMs` at least (times in a token are whole seconds). */
export const signToken = async ({ user, ttlMs, admin, secret, now }: TokenRequest): Promise<string> =>
  new SignJWT(admin ? { role: 'admin' } : {})
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(user)
    .setIssuedAt(Math.floor(now / 1_000))
    .setExpirationTime(Math.ceil((now + ttlMs) / 1_000))
    .sign(createSecretKey(secret));

/** Signature, `exp` and `nbf` have been checked. */
const claimsOf = ({ sub, exp, iat = 0, role }: JWTPayload, now: number, leewaySeconds: number): Claims => {
  if (typeof sub !== 'string' || !userPattern.test(sub)) throw new BadClaim('the token names no user');
  if (iat > Math.floor(now / 1_000) + leewaySeconds) throw new BadClaim('the token was issued in the future');
  const expiresAt = Math.floor(Number(exp) * 1_000);
  if (!Number.isSafeInteger(expiresAt)) throw new BadClaim('the token expires at no time that can be told');
  return { user: sub, expiresAt, admin: role === 'admin' };
};

const unauthenticated = (error: unknown): Fault => fault('gateway.unauthenticated', whatIsWrong(error));

/** Says no more of a token than its owner could read in it. */
const whatIsWrong = (error: unknown): string => {
  if (error instanceof BadClaim) return error.message;
  return error instanceof errors.JWTExpired ? 'the token expired' : 'the token is not valid';
};
