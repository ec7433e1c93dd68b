/**
 * How things lie on disk: arrays, because names of fields would be written again with every message. Each record begins
 * with its version; one group of entries is one record, so that a message costs no write of its own. Numbers of entries
 * follow from their places. `meta` stays JSON text: it comes back exactly, `__proto__` as a key included.
 */
import type {
  Conv,
  ConversationItem,
  Draft,
  Entry,
  MemberEvent,
  Meta,
  Millis,
  Seq,
  User,
} from '#contract/conversation';

export type ItemRecord = readonly [
  v: 1,
  direct: boolean,
  title: string | null,
  creator: User,
  createdAt: Millis,
  lastSeq: Seq,
  lastAt: Millis,
  memVersion: number,
  saltMax: number,
  fannedTo: number,
  dirtySince: Millis | null,
];

export const packItem = (item: ConversationItem): ItemRecord => [
  1,
  item.kind === 'direct',
  item.title ?? null,
  item.creator,
  item.createdAt,
  item.lastSeq,
  item.lastAt,
  item.memVersion,
  item.saltMax,
  item.fannedTo,
  item.dirtySince,
];

export const unpackItem = (conv: Conv, record: ItemRecord): ConversationItem => {
  const [v, direct, title, creator, createdAt, lastSeq, lastAt, memVersion, saltMax, fannedTo, dirtySince] = record;
  const kind = direct ? 'direct' : 'group';
  const rest = { creator, createdAt, lastSeq, lastAt, memVersion, saltMax, fannedTo, dirtySince };
  return title === null ? { v, conv, kind, ...rest } : { v, conv, kind, title, ...rest };
};

/** The event is two lists; what an entry does not have at its end is not written. */
type EntryRecord = readonly [
  mid: string,
  from: User,
  device: string | null,
  id: string,
  body: string,
  cause: string,
  meta?: string | null,
  add?: readonly User[],
  remove?: readonly User[],
];

/** All entries of one group: the key holds the number of the first, and they share their time. */
export type GroupRecord = readonly [v: 1, at: Millis, entries: readonly EntryRecord[]];

export const packEntry = ({ mid, from, device, id, body, cause, meta, event }: Draft): EntryRecord => {
  if (event !== undefined) return [mid, from, device, id, body, cause, textOf(meta), event.add, event.remove];
  if (meta !== undefined) return [mid, from, device, id, body, cause, textOf(meta)];
  return [mid, from, device, id, body, cause];
};

const textOf = (meta: Meta | undefined): string | null => (meta === undefined ? null : JSON.stringify(meta));

/** Entry `seq` of the group that begins with number `first`; undefined when the group ends before it. */
export const unpackEntry = ([v, at, entries]: GroupRecord, first: Seq, seq: Seq): Entry | undefined => {
  const record = entries[seq - first];
  if (record === undefined) return undefined;
  const [mid, from, device, id, body, cause, meta, add, remove] = record;
  const plain: Entry = { v, seq, at, mid, from, device, id, body, cause };
  const said = typeof meta === 'string' ? { ...plain, meta: JSON.parse(meta) as Meta } : plain;
  if (add === undefined || remove === undefined) return said;
  const event: MemberEvent = { add, remove };
  return { ...said, event };
};

export type MemberRecord = readonly [joinedSeq: Seq, leftSeq: Seq | null, place: number];
