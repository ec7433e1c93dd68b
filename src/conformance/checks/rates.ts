/** Rates: who sends too much is told to wait, keeps the connection, and loses nothing that was accepted (section 5). */
import { check } from '#conformance/check';
import { newId } from '#conformance/client';
import { must, mustEqual, NotTried } from '#conformance/unmet';

const burst = 900;

export const rateChecks = [
  check(
    'rate.sends',
    '5 gateway.rate_limited: retryAfterMs, effect none, not counted; what was accepted is in order',
    async (stage) => {
      const [alice, bob] = await stage.present(2);
      const conv = await stage.group(alice, bob);
      const ids = Array.from({ length: burst }, newId);
      for (const id of ids) alice.send({ t: 'send', id, conv, body: 'quick' });
      const answers = () => [...alice.all('stored'), ...alice.all('error')];
      await alice.until(() => (answers().length >= burst ? true : undefined), `${burst} answers`);
      const refused = alice.all('error');
      if (refused.length === 0) throw new NotTried(`no rate limit was met within ${burst} sends`);
      for (const error of refused) {
        must(
          error.code === 'gateway.rate_limited' && error.effect === 'none',
          'gateway.rate_limited, effect none',
          error,
        );
        must((error.retryAfterMs ?? 0) > 0, 'retryAfterMs', error);
      }
      const stored = alice.all('stored').map(({ id, seq }) => `${id} ${seq}`);
      const no = new Set(refused.map(({ id }) => id));
      const accepted = ids.filter((id) => !no.has(id)).map((id, n) => `${id} ${n + 1}`);
      mustEqual(stored, accepted, 'the sends accepted, numbered in their order');
      await alice.taken();
    },
    { needs: ['key'], waitsMs: 5_000 },
  ),

  check(
    'rate.frames',
    '5 gateway.rate_limited: frames over frames.perSecond are refused, the connection lives',
    async (stage) => {
      const [alice] = await stage.present(1);
      const frames = 5_000;
      for (let n = 0; n < frames; n += 1) alice.send({ t: 'ping' });
      const answers = () => alice.all('pong').length + alice.all('error').length;
      await alice.until(() => (answers() >= frames ? true : undefined), `${frames} answers`);
      const [error] = alice.all('error');
      if (error === undefined) throw new NotTried(`no rate limit was met within ${frames} frames`);
      must(error.code === 'gateway.rate_limited' && error.of === 'ping', 'gateway.rate_limited of ping', error);
      must((error.retryAfterMs ?? 0) > 0, 'retryAfterMs', error);
      await stage.quiet(1_100);
      await alice.taken();
    },
    { needs: ['key'], waitsMs: 5_000 },
  ),
];
