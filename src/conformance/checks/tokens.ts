/** Which tokens open the door (section 6), seen by `hello`: all others are closed with 4101. */
import { check } from '#conformance/check';
import type { Check } from '#conformance/check';
import { nowSeconds, randomName } from '#conformance/tokens';
import type { Forgery } from '#conformance/tokens';
import type { Stage } from '#conformance/stage';
import { mustEqual } from '#conformance/unmet';

type Claims = Forgery['claims'];

const hourSeconds = 3_600;

const knock = async (stage: Stage, token: string): Promise<void> => {
  const link = await stage.link();
  link.send({ t: 'hello', token, device: 'knocking' });
  await link.closes(4101);
  mustEqual(link.all('welcome'), [], '`welcome` for a bad token');
};

/** A token that is good but for the claims and the signature given. */
const staysOut = (name: string, rule: string, forge: (now: number) => Partial<Forgery> & { claims?: Claims }): Check =>
  check(
    name,
    `6 tokens: ${rule}`,
    async (stage) => {
      const now = nowSeconds();
      const { claims = {}, ...signature } = forge(now);
      const [{ name: sub }] = stage.people(1);
      await knock(stage, stage.forge({ claims: { sub, exp: now + hourSeconds, ...claims }, ...signature }));
    },
    { needs: ['key'] },
  );

export const tokenChecks = [
  check('token.garbage', '5 a bad token: 4101', async (stage) => {
    await knock(stage, 'garbage');
    await knock(stage, '');
    await knock(stage, `${stage.people(1)[0].token}x`);
  }),

  check('token.none', '6 tokens: `alg: none` never', async (stage) => {
    const claims = { sub: stage.people(1)[0].name, exp: nowSeconds() + hourSeconds };
    await knock(stage, stage.forge({ claims, alg: 'none' }));
  }),

  check('token.other-key', '6 tokens: signed with another key: 4101', async (stage) => {
    const claims = { sub: stage.people(1)[0].name, exp: nowSeconds() + hourSeconds };
    await knock(stage, stage.forge({ claims, key: randomName().repeat(4) }));
  }),

  staysOut('token.expired', 'expired, the leeway of 5 s over: 4101', (now) => ({ claims: { exp: now - 10 } })),
  staysOut('token.no-exp', '`exp` is required', () => ({ claims: { exp: undefined } })),
  staysOut('token.no-sub', '`sub` is the user', () => ({ claims: { sub: undefined } })),
  staysOut('token.bad-sub', '`sub` is a user by the rules of section 1', () => ({ claims: { sub: '-not a name-' } })),
  staysOut('token.nbf', '`nbf` is respected', (now) => ({ claims: { nbf: now + 600 } })),
  staysOut('token.iat', '`iat` is respected', (now) => ({ claims: { iat: now + 600 } })),

  check(
    'token.leeway',
    '6 tokens: 5 s leeway',
    async (stage) => {
      const [{ name: sub }] = stage.people(1);
      const now = nowSeconds();
      const late = stage.forge({ claims: { sub, exp: now - 1 } });
      const client = await stage.client({ name: sub, token: late });
      await client.hello();
      const early = stage.forge({ claims: { sub, exp: now + hourSeconds, nbf: now + 2, iat: now + 2 } });
      const other = await stage.client({ name: sub, token: early });
      await other.hello();
    },
    { needs: ['key'] },
  ),

  check(
    'token.expires-later',
    '5 a token that expires later: 4101',
    async (stage) => {
      const [{ name }] = stage.people(1);
      const token = stage.forge({ claims: { sub: name, exp: nowSeconds() + 2 } });
      const client = await stage.connect({ name, token });
      await client.closes(4101);
    },
    { needs: ['key'], waitsMs: 10_000 },
  ),
];
