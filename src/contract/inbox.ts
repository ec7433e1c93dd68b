/** The inbox of a user: one line a conversation, newest first, in pages. */
import type { Conv, ConversationItem, ConversationKind, Entry, Millis, Seq, User } from '#contract/conversation';

/** How many others an item names, and how long its preview is in code points. */
export const inboxOthers = 10;
const previewLength = 100;

export interface InboxItem {
  readonly conv: Conv;
  readonly kind: ConversationKind;
  readonly title?: string;
  /** Up to ten others who are in, in order of standing. */
  readonly members: readonly User[];
  readonly since: Seq;
  /** The last number; 0 while there is none. */
  readonly seq: Seq;
  /** Time of the last entry, or of the creation. */
  readonly at: Millis;
  readonly preview: string;
  /** Numbers above the read position, from `since` on. */
  readonly unread: number;
}

/** Where an inbox was read from: tells a client how fresh it is. */
export type InboxSource = 'embedded' | 'l1' | 'primary' | 'replica' | 'dynamodb';

/** Where a page ends: what follows is older, or of the same age and later in the order of names. */
export interface InboxPlace {
  readonly at: Millis;
  readonly conv: Conv;
}

export interface InboxPage {
  readonly items: readonly InboxItem[];
  /** Where the next page begins; null when this is the last one. */
  readonly next: InboxPlace | null;
  readonly source: InboxSource;
}

/** Newest first; of the same age by name. */
export const byPlace = (one: InboxPlace, other: InboxPlace): number =>
  other.at - one.at || (one.conv < other.conv ? -1 : one.conv > other.conv ? 1 : 0);

export const placeOfItem = ({ conv, lastAt }: ConversationItem): InboxPlace => ({ at: lastAt, conv });

/** The `next` of a page on the wire: opaque for clients. */
export const placeToken = ({ at, conv }: InboxPlace): string => `${at}_${conv}`;

/** Undefined: not a token of ours. */
export const placeOf = (token: string): InboxPlace | undefined => {
  const [, at = '', conv = ''] = /^(\d{1,15})_(.{1,64})$/su.exec(token) ?? [];
  return at === '' ? undefined : { at: Number(at), conv };
};

/** What an inbox shows of the last entry: nothing, where it only changes members. */
export const previewOf = (entry: Entry | undefined): string => {
  const body = entry?.body ?? '';
  if (body.length <= previewLength) return body;
  let preview = '';
  let length = 0;
  for (const char of body) {
    if (length === previewLength) break;
    preview += char;
    length += 1;
  }
  return preview;
};

/** A conversation as one of its members finds it in the inbox. */
interface InboxView {
  readonly item: ConversationItem;
  /** Who is in, in order of standing. */
  readonly members: readonly User[];
  readonly user: User;
  readonly since: Seq;
  /** Read position of `user`; 0: none. */
  readonly read: Seq;
  readonly last: Entry | undefined;
}

export const inboxItemOf = ({ item, members, user, since, read, last }: InboxView): InboxItem => ({
  conv: item.conv,
  kind: item.kind,
  ...(item.title === undefined ? {} : { title: item.title }),
  members: members.filter((one) => one !== user).slice(0, inboxOthers),
  since,
  seq: item.lastSeq,
  at: item.lastAt,
  preview: previewOf(last),
  unread: Math.max(0, item.lastSeq - Math.max(read, since - 1)),
});
