/** Items as they are stored, and back. Every one carries `v: 1`. */
import type {
  Conv,
  ConversationItem,
  ConversationKind,
  Draft,
  Entry,
  Member,
  MemberEvent,
} from '#contract/conversation';
import type { Device, Meta, Millis, Seq, User } from '#contract/conversation';

export interface ConversationRecord {
  readonly v: 1;
  readonly conv: Conv;
  readonly kind: ConversationKind;
  readonly title?: string;
  readonly creator: User;
  readonly createdAt: Millis;
  readonly lastSeq: Seq;
  readonly lastAt: Millis;
  readonly memVersion: number;
  readonly saltMax: number;
  readonly fannedTo: number;
  /** Absent while all is fanned out, so that the index holds only what is not. */
  readonly dirty?: number;
  readonly dirtySince?: Millis;
}

export interface MemberRecord {
  readonly v: 1;
  readonly conv: Conv;
  readonly user: User;
  readonly joinedSeq: Seq;
  readonly leftSeq: Seq | null;
  readonly place: number;
  /** The version of the member list that this change made. */
  readonly version: number;
  /** The user, while they are in: the index holds nobody who left. */
  readonly memberOf?: User;
  readonly lastMessageAt: Millis;
}

export interface MessageRecord {
  readonly v: 1;
  readonly part: string;
  readonly seq: Seq;
  readonly at: Millis;
  readonly mid: string;
  readonly from: User;
  readonly device: Device | null;
  readonly id: string;
  readonly body: string;
  /** As text: an item has its own idea of numbers. */
  readonly meta?: string;
  readonly event?: MemberEvent;
  readonly cause: string;
  readonly queued?: true;
}

export interface IdRecord {
  readonly v: 1;
  readonly conv: Conv;
  readonly sent: string;
  readonly seq: Seq;
  readonly mid: string;
  readonly at: Millis;
}

/** Conversations that wait for their fan-out lie in so many buckets. */
export const dirtyBuckets = 4;

/** Any spread will do: who looks for old marks looks at all buckets. */
export const bucketOf = (conv: Conv): number => {
  let sum = 0;
  for (let at = 0; at < conv.length; at += 1) sum = (sum * 31 + conv.charCodeAt(at)) % 65_521;
  return sum % dirtyBuckets;
};

export const itemOf = (record: ConversationRecord): ConversationItem => {
  const { dirty: _, dirtySince = null, ...rest } = record;
  return { ...rest, dirtySince };
};

export const memberOf = ({ user, joinedSeq, leftSeq, place }: MemberRecord): Member => ({
  ...{ user, joinedSeq, leftSeq, place },
});

export const recordOf = (part: string, seq: Seq, at: Millis, draft: Draft): MessageRecord => {
  const { mid, from, device, id, body, meta, event, cause, queued } = draft;
  return {
    ...{ v: 1, part, seq, at, mid, from, device, id, body, cause },
    ...(meta === undefined ? {} : { meta: JSON.stringify(meta) }),
    ...(event === undefined ? {} : { event }),
    ...(queued === undefined ? {} : { queued }),
  };
};

export const entryOf = ({ part: _, meta, ...rest }: MessageRecord): Entry =>
  meta === undefined ? rest : { ...rest, meta: JSON.parse(meta) as Meta };

/** Ids have no spaces, and neither have users. */
export const sentKey = ({ from, id }: Pick<Draft, 'from' | 'id'>): string => `${from} ${id}`;

/** Where number `seq` is kept while a conversation has so many partitions (B1). */
export const partOf = (conv: Conv, seq: Seq, partitions: number): string =>
  partitions === 1 ? conv : `${conv}#${seq % partitions}`;

/** Everywhere that entries of the conversation may be (B8). */
export const partsOf = (conv: Conv, partitions: number): string[] =>
  partitions === 1 ? [conv] : [conv, ...Array.from({ length: partitions }, (_, k) => `${conv}#${k}`)];
