/**
 * Fingerprints of ids: HalfSipHash-1-3 of sender and id, 32 bits. Keyed, because clients choose their ids: without the
 * key of the folder nobody can aim at ids that look alike and make the store compare them one by one.
 */
export type FingerprintKey = readonly [number, number];

export const fingerprint = ([k0, k1]: FingerprintKey, text: string): number => {
  let v0 = k0;
  let v1 = k1;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  const round = (): void => {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  };
  const take = (word: number): void => {
    v3 ^= word;
    round();
    v0 ^= word;
  };
  const { length } = text;
  // Two UTF-16 units a word; the length is the last one, so that no text continues another.
  for (let at = 0; at + 1 < length; at += 2) take(text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  take((length << 16) | (length & 1 ? text.charCodeAt(length - 1) : 0));
  v2 ^= 0xff;
  for (let last = 0; last < 3; last += 1) round();
  return v1 ^ v3;
};
