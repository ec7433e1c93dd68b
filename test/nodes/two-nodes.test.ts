/**
 * Two app servers over one store and one bus, in virtual time: conflicts on one conversation, stale lists of members,
 * fan-out taken over, devices replaced across nodes, resume on the other node; under crashes, pauses, lost and late
 * publishes, drains, and a store that fails. A failing seed is printed; `HOGMANAY_SEED=it npm test -- test/nodes`
 * replays it.
 */
import { describe, expect, it } from 'vitest';
import { nothingYet, run } from '#test/nodes/run';
import type { Happened, RunResult } from '#test/nodes/run';

const given = process.env['HOGMANAY_SEED'];
const count = Number(process.env['HOGMANAY_SEEDS'] ?? 1_000);
const base = process.env['HOGMANAY_SEED_BASE'] ?? 'two-nodes';
const seeds = given === undefined ? Array.from({ length: count }, (_, index) => `${base}-${index}`) : [given];

const inWords = ({ seed, problems, story }: RunResult): string =>
  [`seed ${seed}:`, ...problems.slice(0, 10), story(), `replay: HOGMANAY_SEED=${seed} npm test -- test/nodes`].join(
    '\n',
  );

describe('two nodes', () => {
  it(`D2 D3 D4 D5 D9 K5 K6 K8 C8 C20 keep every promise over ${seeds.length} seeds`, { timeout: 600_000 }, () => {
    const bad: string[] = [];
    let stored = 0;
    const happened = nothingYet();
    for (const seed of seeds) {
      const result = run(seed);
      stored += result.storedCount;
      for (const what of Object.keys(happened) as (keyof Happened)[]) happened[what] += result.happened[what];
      if (result.problems.length > 0) bad.push(inWords(result));
      // A run in which nothing happened proves nothing.
      else if (result.storedCount < 20) bad.push(`seed ${seed}: only ${result.storedCount} messages were stored`);
    }
    const work = Object.entries(happened).map(([what, times]) => `${times} ${what}`);
    console.log(`two nodes: ${seeds.length} seeds from ${base}, ${stored} messages stored, ${bad.length} failed`);
    console.log(`two nodes: ${work.join(', ')}`);
    expect(bad.slice(0, 3).join('\n\n')).toBe('');
    if (seeds.length >= 100)
      for (const times of Object.values(happened)) expect(times).toBeGreaterThan(seeds.length / 5);
  });

  it('a run without faults stores everything that was sent', () => {
    const result = run('calm', 0);
    expect(result.problems).toEqual([]);
    expect(result.storedCount).toBeGreaterThan(100);
  });
});
