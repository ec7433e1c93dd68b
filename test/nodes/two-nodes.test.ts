/** Two app servers over one store and bus, in virtual time. */
import { expect, it } from 'vitest';
import { run } from '#test/nodes/run';

it('debug', () => {
  const n = Number(process.env['N'] ?? 1);
  const from = Number(process.env['FROM'] ?? 1);
  let bad = 0;
  const start = performance.now();
  for (let i = from; i < from + n; i++) {
    const result = run(`s${i}`, Number(process.env['FAULTS'] ?? 8));
    if (n < 5) console.log(result.storedCount, result.turns, result.digest, result.problems);
    if (result.problems.length) {
      bad++;
      if (bad < 6) console.log(result.seed, result.storedCount, result.problems.slice(0, 5));
    }
    if (process.env['STORY'] && result.problems.length)
      console.log(result.story(process.env['STORY'] === 'all' ? undefined : process.env['STORY']));
  }
  console.log(bad, 'bad of', n, (performance.now() - start) / n, 'ms each');
  expect(bad).toBe(0);
}, 600000);
