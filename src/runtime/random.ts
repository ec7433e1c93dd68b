/**
 * Seeded randomness: one printed seed, child seeds by name. The generator is sfc32 (PractRand-clean, four words of
 * state); seeds are strings, so that `seed/path/incarnation` needs no arithmetic to stay apart.
 */
import type { Random } from '#contract/ports/system';

/** Four well-mixed words out of a string (MurmurHash3's finaliser over rolling sums). */
const words = (seed: string): [number, number, number, number] => {
  const mixed: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];
  for (let index = 0; index < seed.length; index += 1) {
    const code = seed.charCodeAt(index);
    mixed[0] = Math.imul(mixed[0] ^ code, 0x85ebca6b);
    mixed[1] = Math.imul(mixed[1] ^ code, 0xc2b2ae35);
    mixed[2] = Math.imul(mixed[2] ^ code, 0x27d4eb2f);
    mixed[3] = Math.imul(mixed[3] ^ code, 0x165667b1);
  }
  return mixed;
};

/** A generator whose sequence is fixed by `seed`. */
export const seededRandom = (seed: string): Random => {
  let [a, b, c, d] = words(seed);
  const uint32 = (): number => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) uint32();
  const next = (): number => uint32() / 0x1_0000_0000;
  return { next, int: (below) => Math.floor(next() * below) };
};
