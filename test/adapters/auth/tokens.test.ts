// Tokens: who is let in and who is not, in the time of the caller.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { jwtTokens, signToken } from '#adapters/auth/tokens';
import type { Outcome } from '#contract/effects';
import type { Claims, Tokens } from '#contract/ports/system';

const secret = new TextEncoder().encode('a secret of at least thirty-two bytes');
const now = 1_800_000_000_000;
const second = now / 1_000;
const tokens = jwtTokens({ secret, leewayMs: 5_000 });

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token made by hand: whatever a stranger might send. */
const handMade = (claims: Record<string, unknown>, alg = 'HS256', key: Uint8Array = secret): string => {
  const signed = `${part({ alg })}.${part(claims)}`;
  const hash = `sha${alg.slice(2)}`;
  return `${signed}.${alg === 'none' ? '' : createHmac(hash, key).update(signed).digest('base64url')}`;
};

const good = { sub: 'alice', exp: second + 60 };

/** Waits for one answer and sees to it that no second one comes. */
const verify = async (token: string, at = now, by: Tokens = tokens): Promise<Outcome<Claims>> => {
  const heard: Outcome<Claims>[] = [];
  await new Promise<void>((resolve) =>
    by.verify(
      token,
      at,
    )((outcome) => {
      heard.push(outcome);
      resolve();
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toHaveLength(1);
  return heard[0] as Outcome<Claims>;
};

const refused = async (token: string, at = now): Promise<string> => {
  const outcome = await verify(token, at);
  if (outcome.ok) return 'let in';
  expect(outcome.fault).toMatchObject({ code: 'gateway.unauthenticated', effect: 'none' });
  return outcome.fault.message;
};

describe('let in', () => {
  test('a signed token says who, until when, and as what', async () => {
    const token = await signToken({ user: 'alice', ttlMs: 60_000, admin: false, secret, now });
    expect(await verify(token)).toEqual({
      ok: true,
      value: { user: 'alice', expiresAt: now + 60_000, admin: false },
    });
  });

  test('an administrator', async () => {
    const token = await signToken({ user: 'root', ttlMs: 60_000, admin: true, secret, now });
    expect(await verify(token)).toMatchObject({ value: { admin: true } });
  });

  test('a token lives at least as long as was asked for', async () => {
    const token = await signToken({ user: 'alice', ttlMs: 1_500, admin: false, secret, now });
    expect(await verify(token)).toMatchObject({ value: { expiresAt: now + 2_000 } });
  });

  test('only role admin makes an administrator', async () => {
    for (const role of ['Admin', 'user', true, ['admin']]) {
      expect(await verify(handMade({ ...good, role }))).toMatchObject({ value: { admin: false } });
    }
  });

  test.each(['a', '7', 'A.b_c-d', 'x'.repeat(64)])('user %s', async (sub) => {
    expect(await verify(handMade({ ...good, sub }))).toMatchObject({ value: { user: sub } });
  });
});

describe('time', () => {
  test('expired, with 5 s of leeway', async () => {
    const token = handMade({ sub: 'alice', exp: second });
    expect(await verify(token, now + 4_999)).toMatchObject({ ok: true });
    expect(await refused(token, now + 5_000)).toBe('the token expired');
  });

  test('not yet valid, with 5 s of leeway', async () => {
    const token = handMade({ ...good, nbf: second + 5 });
    expect(await verify(token)).toMatchObject({ ok: true });
    expect(await refused(token, now - 1)).toBe('the token is not valid');
  });

  test('issued in the future, with 5 s of leeway', async () => {
    const token = handMade({ ...good, iat: second + 5 });
    expect(await verify(token)).toMatchObject({ ok: true });
    expect(await refused(token, now - 1)).toBe('the token was issued in the future');
  });

  test('the time is the caller’s, not the wall clock’s', async () => {
    expect(await verify(handMade({ sub: 'alice', exp: 60 }), 0)).toMatchObject({ value: { expiresAt: 60_000 } });
  });
});

describe('refused', () => {
  test('alg none, with and without a signature', async () => {
    expect(await refused(handMade(good, 'none'))).toBe('the token is not valid');
    const [, claims, signature] = handMade(good).split('.');
    expect(await refused(`${part({ alg: 'none' })}.${claims}.${signature}`)).toBe('the token is not valid');
  });

  test('the key of somebody else', async () => {
    const other = new TextEncoder().encode('another secret of thirty-two bytes');
    expect(await refused(handMade(good, 'HS256', other))).toBe('the token is not valid');
  });

  test('claims changed after signing', async () => {
    const [header, , signature] = handMade(good).split('.');
    expect(await refused(`${header}.${part({ ...good, sub: 'mallory' })}.${signature}`)).toBe('the token is not valid');
  });

  test.each(['HS384', 'HS512'])('%s, unless it is configured', async (alg) => {
    const token = handMade(good, alg);
    expect(await refused(token)).toBe('the token is not valid');
    const configured = jwtTokens({ secret, leewayMs: 5_000, algorithms: ['HS384', 'HS512'] });
    expect(await verify(token, now, configured)).toMatchObject({ ok: true });
    expect(await verify(handMade(good), now, configured)).toMatchObject({ ok: false });
  });

  test('RS256', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const signed = `${part({ alg: 'RS256' })}.${part(good)}`;
    const signature = createSign('sha256').update(signed).sign(privateKey, 'base64url');
    expect(await refused(`${signed}.${signature}`)).toBe('the token is not valid');
  });

  test.each([
    ['no sub', { exp: second + 60 }],
    ['no exp', { sub: 'alice' }],
    ['neither', {}],
    ['exp as text', { sub: 'alice', exp: '2030-01-01' }],
    ['exp beyond all times', { sub: 'alice', exp: 1e300 }],
    ['nbf as text', { ...good, nbf: 'now' }],
    ['iat as text', { ...good, iat: 'now' }],
    ['sub as number', { ...good, sub: 7 }],
  ])('%s', async (_, claims) => {
    expect(await refused(handMade(claims))).not.toBe('let in');
  });

  test.each(['', '.hidden', '-x', 'a b', 'a/b', 'é', 'alice\n', 'x'.repeat(65)])('user %j', async (sub) => {
    expect(await refused(handMade({ ...good, sub }))).toBe('the token names no user');
  });

  test.each(['', 'x', '.', '..', '...', 'a.b.c', `${part(null)}.${part(null)}.x`, '\u0000', '€'.repeat(1_000)])(
    'no token at all: %j',
    async (token) => {
      expect(await refused(token)).toBe('the token is not valid');
    },
  );
});
