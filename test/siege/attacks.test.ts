// Attacks can fail: a server that lets everything pass is found out by all that a server must answer, and one that
// hangs up on everybody by the rest, which a server must bear.
import { describe, expect, onTestFinished, test } from 'vitest';
import { secret } from '#test/e2e/stage';
import { Camp } from '#test/siege/attack';
import type { Attack } from '#test/siege/attack';
import { campaigns } from '#test/siege/attacks/campaigns';
import { porcupine, pushover } from '#test/siege/tools/pushover';
import type { FalseServer } from '#test/siege/tools/pushover';

const attacks = campaigns.flatMap((campaign) => campaign.attacks);

/** Their answer is that the server goes on: only one that does not can be found out. */
const borne = ['receives and never reads', 'hello over and over'];

async function wrongs(attack: Attack, server: FalseServer): Promise<string[]> {
  onTestFinished(() => server.stop());
  const where = { host: '127.0.0.1', port: server.port, secret, limits: {}, foreign: ['c_of-others'] };
  const camp = new Camp({ ...where, forMs: 0, patienceMs: 60, run: 'x' });
  await attack.strike(camp);
  camp.strikeCamp();
  return camp.tally.wrong;
}

describe('attacks can tell', () => {
  test('no two have one name', () => {
    const names = attacks.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(borne.filter((name) => !names.includes(name))).toEqual([]);
  });

  test.concurrent.each(attacks)('$name', { timeout: 30_000 }, async (attack) => {
    const server = await (borne.includes(attack.name) ? porcupine() : pushover());
    expect(await wrongs(attack, server)).not.toEqual([]);
  });
});
