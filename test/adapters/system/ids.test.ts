// Ids: ULIDs as their specification has them, conversations named by what makes them one of a kind.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemIds } from '#adapters/system/ids';
import type { Random } from '#contract/ports/system';
import { seededRandom } from '#runtime/random';

const ulid = (at: number, random: Random): string => systemIds.ulid(at, random);
const directConversation = (one: string, other: string): string => systemIds.directConversation(one, other);
const groupConversation = (creator: string, id: string): string => systemIds.groupConversation(creator, id);

/** Answers `share` of the range each time: 0 the lowest, just below 1 the highest. */
const constant = (share: number): Random => ({ next: () => share, int: (below) => Math.floor(below * share) });

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const decoded = (text: string): bigint =>
  [...text].reduce((value, digit) => value * 32n + BigInt(alphabet.indexOf(digit)), 0n);

test('a ULID holds its time, in order', () => {
  expect(ulid(1_469_918_176_385, constant(0))).toBe('01ARYZ6S410000000000000000');
  expect(ulid(0, constant(0))).toBe('0'.repeat(26));
  expect(ulid(2 ** 48 - 1, constant(1 - 2 ** -32))).toBe(`7${'Z'.repeat(25)}`);
});

test('D6: every time comes back, and sorts as text', () => {
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  fc.assert(
    fc.property(time, time, fc.string(), (one, other, seed) => {
      const [first, second] = [ulid(one, seededRandom(seed)), ulid(other, seededRandom(seed))];
      expect(first).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      expect(decoded(first.slice(0, 10))).toBe(BigInt(one));
      if (one < other) expect(first < second).toBe(true);
    }),
  );
});

test('D6: each of the 80 bits of chance is used', () => {
  const random = seededRandom('bits');
  let everSet = 0n;
  let alwaysSet = 2n ** 80n - 1n;
  for (let drawn = 0; drawn < 200; drawn += 1) {
    const chance = decoded(ulid(0, random).slice(10));
    everSet |= chance;
    alwaysSet &= chance;
  }
  expect([everSet, alwaysSet]).toEqual([2n ** 80n - 1n, 0n]);
});

test('the same random draws the same ids; no two of one random are alike', () => {
  const draw = (): string[] => {
    const random = seededRandom('seed');
    return Array.from({ length: 1_000 }, () => ulid(1, random));
  };
  expect(draw()).toEqual(draw());
  expect(new Set(draw()).size).toBe(1_000);
});

test('a pair has one direct conversation, whoever asks', () => {
  expect(directConversation('alice', 'bob')).toBe(directConversation('bob', 'alice'));
  expect(directConversation('alice', 'bob')).toMatch(/^d_[A-Za-z0-9_-]{43}$/);
});

test('a group is named by who opened it under which id', () => {
  expect(groupConversation('alice', 'group-01')).toMatch(/^g_[A-Za-z0-9_-]{43}$/);
  expect(groupConversation('alice', 'group-01')).not.toBe(groupConversation('bob', 'group-01'));
  expect(groupConversation('alice', 'group-01')).not.toBe(groupConversation('alice', 'group-02'));
});

test('ids are kept for ever: they never change', () => {
  expect(directConversation('alice', 'bob')).toBe('d_O9m36lrYPsGb0-mbmFsIZdKnXUfb9ZB_XmWl111LQ0M');
  expect(groupConversation('alice', 'group-01')).toBe('g_Ykkq-XYdlkO_s2C_LhWe0vaYdLgxNa87gJS8IiDTJy8');
});

test('parts do not run into each other', () => {
  expect(directConversation('ab', 'c')).not.toBe(directConversation('a', 'bc'));
  expect(groupConversation('a.b', 'c')).not.toBe(groupConversation('a', 'b.c'));
  expect(groupConversation('a', 'b')).not.toBe(groupConversation('b', 'a'));
});
