// Fingerprints of ids and the table that finds them: nothing that was put in is ever missed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprint } from '#adapters/embedded/fingerprint';
import { FingerprintTable } from '#adapters/embedded/fingerprint-table';

describe('fingerprint', () => {
  test('differs by key, by text, by length', () => {
    const of = (text: string, key: [number, number] = [1, 2]) => fingerprint(key, text);
    const texts = ['', '\0', '\0\0', 'a', 'a\0', 'ab', 'ba', 'alice id', 'alic eid'];
    expect(new Set(texts.map((text) => of(text))).size).toBe(texts.length);
    expect(
      new Set(
        [
          [1, 2],
          [2, 1],
          [1, 3],
        ].map(([k0 = 0, k1 = 0]) => of('alice id', [k0, k1])),
      ).size,
    ).toBe(3);
  });

  test('stays what it was: folders on disk hold it', () => {
    expect(['', 'alice 01J0000000', 'bob x'].map((text) => fingerprint([17, -4], text))).toMatchInlineSnapshot(`
      [
        -163793309,
        -1255972606,
        -1635562909,
      ]
    `);
  });

  test('spreads over all its bits', () => {
    const bits = new Array<number>(32).fill(0);
    const count = 4_000;
    for (let n = 0; n < count; n += 1) {
      const print = fingerprint([5, 6], `alice ${n}`);
      bits.forEach((_, bit) => (bits[bit] = (bits[bit] ?? 0) + ((print >>> bit) & 1)));
    }
    for (const ones of bits) expect(Math.abs(ones / count - 0.5)).toBeLessThan(0.05);
  });
});

describe('FingerprintTable', () => {
  test('D4: offers every number under its fingerprint, also where many share one', () => {
    // Few different ones, and such that fall on the same slots.
    const print = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.integer().map((n) => n << 20),
      fc.integer(),
    );
    fc.assert(
      fc.property(fc.array(print, { maxLength: 300 }), print, (prints, other) => {
        const table = new FingerprintTable();
        prints.forEach((one, index) => table.add(one, index + 1));
        expect(table.size).toBe(prints.length);
        prints.forEach((one, index) => expect(table.find(one, (seq) => seq === index + 1)).toBe(index + 1));
        const offered: number[] = [];
        expect(table.find(other, (seq) => offered.push(seq) < 0)).toBe(0);
        const holders = prints.flatMap((one, index) => (one === other ? [index + 1] : []));
        expect(offered.sort((one, two) => one - two)).toEqual(holders);
      }),
      { numRuns: 60 },
    );
  });
});
