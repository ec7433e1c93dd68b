// Every attack on a real server while a crowd chats: it ends in its documented answer, and nobody else is disconnected,
// loses a message or waits more than five times as long; memory stays bounded. `npm run siege` takes longer phases.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { campaigns } from '#test/siege/attacks/campaigns';
import { besiege } from '#test/siege/harness/besiege';
import type { Pacing, Siege } from '#test/siege/harness/besiege';
import { line, save } from '#test/siege/harness/report';

const isLong = process.env['HOGMANAY_SIEGE'] === 'long';
const pacing: Pacing = isLong
  ? { pairs: 20, quietMs: 3_000, attackMs: 4_000, turns: 2 }
  : { pairs: 20, quietMs: 400, attackMs: 500, turns: 2 };
const folder = 'node_modules/.cache/hogmanay/siege';

describe('siege', () => {
  test.each(campaigns)(
    '$name: every attack is answered, and the crowd chats on',
    { timeout: 900_000 },
    async (campaign) => {
      const sieges: Siege[] = [];
      const reckoning = await besiege(campaign, pacing, (siege) => {
        sieges.push(siege);
        process.stdout.write(`${line(siege)}\n`);
      });
      save(join(folder, `${campaign.name}.json`), campaign.name, sieges);
      expect(reckoning).toEqual([]);
      const failed = sieges.filter(({ findings }) => findings.length > 0);
      expect(failed.map(({ attack, findings }) => ({ attack: attack.name, findings }))).toEqual([]);
      expect(sieges).toHaveLength(campaign.attacks.length);
    },
  );
});
