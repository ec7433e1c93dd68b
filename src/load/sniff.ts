/**
 * Reading a frame without parsing it: at a hundred thousand frames a second JSON.parse would cost the generator more
 * than the server spends. Kinds are told by bytes (a frame that does not begin with its `t` is parsed after all);
 * numbers are read where their keys stand: the load's own bodies hold no quotes, so a key is a key.
 */
export type Kind = 'message' | 'stored' | 'other';

const open = Buffer.from('{"t":"');
const kinds: readonly (readonly [Buffer, Kind])[] = [
  [Buffer.from('message"'), 'message'],
  [Buffer.from('stored"'), 'stored'],
  // What test/bench/relay.mjs says: a send as it came, and a bare acknowledgement.
  [Buffer.from('send"'), 'message'],
  [Buffer.from('ack"'), 'stored'],
];

const startsWith = (data: Buffer, at: number, what: Buffer): boolean => {
  for (let index = 0; index < what.length; index += 1) if (data[at + index] !== what[index]) return false;
  return true;
};

export function kindOf(data: Buffer): Kind {
  if (startsWith(data, 0, open)) {
    for (const [name, kind] of kinds) if (startsWith(data, open.length, name)) return kind;
    return 'other';
  }
  const { t } = JSON.parse(data.toString('utf8')) as { t: string };
  return kinds.find(([name]) => name.toString() === `${t}"`)?.[1] ?? 'other';
}

const zero = 48;
const nine = 57;

const digitsAt = (data: Buffer, from: number): number => {
  let value = 0;
  for (let at = from; ; at += 1) {
    const digit = data[at] ?? 0;
    if (digit < zero || digit > nine) return value;
    value = value * 10 + digit - zero;
  }
};

const seqKey = Buffer.from('"seq":');
const idKey = Buffer.from('"id":"');

/** The number of a message; 0 when it has none. */
export function seqOf(data: Buffer): number {
  const at = data.indexOf(seqKey);
  return at < 0 ? 0 : digitsAt(data, at + seqKey.length);
}

/** What all ids of one user in one run begin with; the count of the send follows. */
export const idStart = (run: string, user: number): string =>
  `${run.padEnd(4, 'x').slice(0, 4)}${String(user).padStart(4, '0')}-`;

const idStartLength = idStart('', 0).length;

/** The count at the end of an id; -1 when there is no id. */
export function countOf(data: Buffer): number {
  const at = data.indexOf(idKey);
  return at < 0 ? -1 : digitsAt(data, at + idKey.length + idStartLength);
}
