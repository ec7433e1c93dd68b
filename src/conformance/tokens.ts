/**
 * Whom the checks speak as. With the signing key of the server: users whom nobody has been before, and tokens as no
 * honest issuer makes them. With tokens of a file: those users, one check at a time.
 */
import { createHmac, randomBytes } from 'node:crypto';

export interface Person {
  readonly name: string;
  readonly token: string;
}

export interface Forgery {
  readonly claims: Readonly<Record<string, unknown>>;
  /** Signed with this key instead of the server's. */
  readonly key?: string;
  readonly alg?: 'HS256' | 'HS512' | 'none';
}

export interface Tokens {
  /** False: the users are those of a file, who have a past. */
  readonly fresh: boolean;
  /** As many different people; undefined when there are not so many. */
  people(count: number): readonly Person[] | undefined;
  /** Any token at all; undefined without the key. */
  forge(forgery: Forgery): string | undefined;
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Seconds since 1970, as tokens count. */
export const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

const tokenLivesSeconds = 3_600;

/** `none` is not signed at all, so that it needs no key. */
const sign = ({ claims, key = '', alg = 'HS256' }: Forgery): string => {
  const signed = `${encoded({ alg, typ: 'JWT' })}.${encoded(claims)}`;
  if (alg === 'none') return `${signed}.`;
  const hash = alg === 'HS256' ? 'sha256' : 'sha512';
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
};

/** Eight random bytes as text, fit for names and ids. */
export const randomName = (): string => randomBytes(8).toString('hex');

export const tokensByKey = (key: string): Tokens => ({
  fresh: true,
  people: (count) =>
    Array.from({ length: count }, () => {
      const name = `check-${randomName()}`;
      return { name, token: sign({ claims: { sub: name, exp: nowSeconds() + tokenLivesSeconds }, key }) };
    }),
  forge: (forgery) => sign({ key, ...forgery }),
});

export const tokensOfFile = (byUser: Readonly<Record<string, string>>): Tokens => {
  const all = Object.entries(byUser).map(([name, token]) => ({ name, token }));
  return {
    fresh: false,
    people: (count) => (count <= all.length ? all.slice(0, count) : undefined),
    forge: (forgery) => (forgery.alg === 'none' || forgery.key !== undefined ? sign(forgery) : undefined),
  };
};
