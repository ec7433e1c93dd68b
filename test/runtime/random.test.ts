// One seed is one sequence, and it looks like chance.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '#runtime/random';

const take = (seed: string, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Pearson's chi-squared against an even spread over `bins`. */
const unevenness = (values: readonly number[], bins: number): number => {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.floor(value * bins)] = (counts[Math.floor(value * bins)] ?? 0) + 1;
  const expected = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
};

describe('Seeded randomness', () => {
  test('repeats for a seed, and is fixed for ever: printed seeds must replay with later versions', () => {
    expect(take('seed', 5)).toEqual(take('seed', 5));
    expect(take('hogmanay', 3).map((value) => value.toFixed(9))).toMatchInlineSnapshot(`
      [
        "0.496797342",
        "0.279318620",
        "0.112778804",
      ]
    `);
  });

  test('is another for seeds that differ in one letter, and for the empty one', () => {
    const seeds = [
      '',
      'a',
      'b',
      'ab',
      'ba',
      'a/0',
      'a/1',
      'seed/path/0',
      'seed/path/1',
      'x'.repeat(50),
      'x'.repeat(51),
    ];
    expect(new Set(seeds.map((seed) => take(seed, 4).join())).size).toBe(seeds.length);
  });

  test('spreads evenly within a sequence (chi-squared, 99 degrees, p = 0.0001)', () => {
    const values = take('within', 100_000);
    expect(unevenness(values, 100)).toBeLessThan(161);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test('spreads evenly across neighbouring seeds: first, second and tenth draw', () => {
    for (const draw of [0, 1, 9]) {
      const values = Array.from({ length: 20_000 }, (_, index) => take(`s/user-${index}/0`, draw + 1)[draw] as number);
      expect(unevenness(values, 100)).toBeLessThan(161);
    }
  });

  test('draws integers below a bound, each as often', () => {
    const random = seededRandom('dice');
    const values = Array.from({ length: 60_000 }, () => random.int(6));
    expect(new Set(values)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(
      unevenness(
        values.map((value) => (value + 0.5) / 6),
        6,
      ),
    ).toBeLessThan(25.7);
  });
});
