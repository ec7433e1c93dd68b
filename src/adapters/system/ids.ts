/**
 * Names that must not collide. A ULID is made for every message, so it is encoded directly: ten characters of time and
 * sixteen of chance, two at a time from a table. Ids of conversations are hashes of what makes them one of a kind.
 */
import { createHash } from 'node:crypto';
import type { Ids, Random } from '#contract/ports/system';

/** Crockford's base 32: in the order of ASCII, without I, L, O and U. */
const digits = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
const pairs = digits.flatMap((high) => digits.map((low) => high + low));
const pair = (bits: number): string => pairs[bits & 0x3ff] ?? '';

const four = (bits: number): string => pair(bits >>> 10) + pair(bits);
const six = (bits: number): string => pair(bits >>> 20) + four(bits);

const bits20 = 2 ** 20;
const bits30 = 2 ** 30;

const ulid = (at: number, random: Random): string =>
  four(Math.floor(at / bits30)) +
  six(at % bits30) +
  six(random.int(bits30)) +
  six(random.int(bits30)) +
  four(random.int(bits20));

/** JSON keeps parts apart: no two lists are written alike. */
const hashed = (prefix: 'd' | 'g', parts: readonly string[]): string =>
  `${prefix}_${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`;

export const systemIds: Ids = {
  ulid,
  directConversation: (one, other) => hashed('d', [one, other].sort()),
  groupConversation: (creator, id) => hashed('g', [creator, id]),
};
