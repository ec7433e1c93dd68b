/** Which shard a user's data is on: decided by the name alone, the same on every server (A4, A5). */
import type { User } from '#contract/conversation';

/** FNV-1a over the UTF-8 bytes, 32 bits: published, so that other programs find the same shard. */
const fnv1a = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};

/** A number of at most 15 digits counts as itself (4523897 of 10 shards: 7), every other name by its hash. */
export const shardOf = (name: User, shards: number): number =>
  (/^\d{1,15}$/.test(name) ? Number(name) : fnv1a(name)) % shards;
