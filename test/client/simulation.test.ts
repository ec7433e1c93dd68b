/**
 * A thousand seeds of the client against the product's own actors: no message shown twice, none missing, order right,
 * no timer left behind. A failing seed is printed; `HOGMANAY_SEED=it npm test -- test/client` replays it.
 */
import { expect, it } from 'vitest';
import { play } from '#test/client/simulation';

const given = process.env['HOGMANAY_SEED'];
const count = Number(process.env['HOGMANAY_SEEDS'] ?? 1_000);
const base = process.env['HOGMANAY_SEED_BASE'] ?? 'client';
const seeds = given === undefined ? Array.from({ length: count }, (_, index) => `${base}-${index}`) : [given];

it(`K1 K4 K5 K6 K8 C8 shows everything once and in order over ${seeds.length} seeds`, { timeout: 600_000 }, () => {
  const bad: string[] = [];
  const sum = new Map<string, number>();
  let stored = 0;
  for (const seed of seeds) {
    const { problems, storedCount, happened } = play(seed);
    stored += storedCount;
    for (const [what, times] of Object.entries(happened)) sum.set(what, (sum.get(what) ?? 0) + Number(times));
    if (problems.length > 0) bad.push([`seed ${seed}:`, ...problems.slice(0, 10)].join('\n'));
  }
  const work = [...sum].map(([what, times]) => `${times} ${what}`).join(', ');
  console.log(`client: ${seeds.length} seeds from ${base}, ${stored} messages stored, ${bad.length} failed; ${work}`);
  expect(bad.slice(0, 3).join('\n\n')).toBe('');
  expect(stored / seeds.length).toBeGreaterThan(20);
  if (seeds.length >= 100) for (const times of sum.values()) expect(times).toBeGreaterThan(seeds.length / 2);
});

it('the same seed gives the same run', () => {
  expect(play('again')).toEqual(play('again'));
});

it('a run without faults stores everything that was written', () => {
  const { problems, storedCount } = play('calm', 0);
  expect(problems).toEqual([]);
  expect(storedCount).toBeGreaterThan(30);
});
