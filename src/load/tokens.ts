/** Tokens as an operator's own service would sign them: HS256 with the server's key, for one user and one hour. */
import { createHmac } from 'node:crypto';

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function tokenFor(user: string, secret: string): string {
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ sub: user, exp })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
