/** What a conversation is made of, as stored: the item, its members, its numbered entries. */

export type User = string;
export type Device = string;
export type Conv = string;
/** The number of an entry in its conversation: 1, 2, 3 … without gaps. */
export type Seq = number;
/** Unix milliseconds. */
export type Millis = number;

export type ConversationKind = 'direct' | 'group';

/** One row per conversation, at most 1 KB: read strongly before any cached list of members is trusted. */
export interface ConversationItem {
  readonly v: 1;
  readonly conv: Conv;
  readonly kind: ConversationKind;
  readonly title?: string;
  readonly creator: User;
  readonly createdAt: Millis;
  readonly lastSeq: Seq;
  /** Time of the last entry; never falls. Equals `createdAt` while there is none. */
  readonly lastAt: Millis;
  /** Raised by every change of members. */
  readonly memVersion: number;
  /** Highest number of partitions ever written under (B6); 1 until a conversation was salted. */
  readonly saltMax: number;
  /** Fan-out is done up to this number; -1 while even the creation has not been announced. */
  readonly fannedTo: number;
  /** Time of number `fannedTo + 1` (the creation, for -1), the age of the mark; null when all is fanned out. */
  readonly dirtySince: Millis | null;
}

export interface Member {
  readonly user: User;
  /** `since` on the wire: the number from which this user may read; 1 for founders. */
  readonly joinedSeq: Seq;
  /** The entry by which they left; null while they are in. */
  readonly leftSeq: Seq | null;
  /**
   * Order among those who joined by the same number: standing is (joinedSeq, place). Those of founders are negative:
   * they were there before whoever joined by number 1.
   */
  readonly place: number;
}

/** Standing: who has been a member for longer comes first. */
export const byStanding = (one: Member, other: Member): number =>
  one.joinedSeq - other.joinedSeq || one.place - other.place;

/** The founders of a conversation as its first members, in their order. */
export const asMembers = (founders: readonly User[]): Member[] =>
  founders.map((user, index) => ({ user, joinedSeq: 1, leftSeq: null, place: index - founders.length }));

/** A change of members, as the `event` of an entry. */
export interface MemberEvent {
  readonly add: readonly User[];
  readonly remove: readonly User[];
}

/** Opaque JSON object of the client, at most 1,024 bytes. */
export type Meta = Readonly<Record<string, unknown>>;

/** An entry before it has its number. */
export interface Draft {
  /** ULID: identity. The sequence orders (X4). */
  readonly mid: string;
  readonly from: User;
  /** The device that sent it; null over HTTP or when made by the server. */
  readonly device: Device | null;
  /** The client's id, unchanged over retries (K5). */
  readonly id: string;
  readonly body: string;
  readonly meta?: Meta;
  readonly event?: MemberEvent;
  /** Global id of the envelope that led to it: traces a message from frame to recipients. */
  readonly cause: string;
  /** It was answered `queued`: its device is told `stored` on whatever connection it has by now. */
  readonly queued?: true;
}

export interface Entry extends Draft {
  readonly v: 1;
  readonly seq: Seq;
  readonly at: Millis;
}

export const isIn = (member: Member): boolean => member.leftSeq === null;

/** Who hears of number `seq`: had joined by it and not left before it. Those whom it removes are not among them. */
export const hears = (member: Member, seq: Seq): boolean =>
  member.joinedSeq <= seq && (member.leftSeq === null || member.leftSeq > seq);
