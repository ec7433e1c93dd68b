/**
 * The message store: the arbiter of a conversation. Any app server may append; there is no owner. All writes are
 * conditional, so that a stale writer loses and looks again. Failures: `store.unavailable` (effect as told),
 * `store.incomplete` (a range that cannot be proven whole).
 */
import type {
  Conv,
  ConversationItem,
  ConversationKind,
  Draft,
  Entry,
  Member,
  Millis,
  Seq,
  User,
} from '#contract/conversation';
import type { Effect } from '#contract/effects';

export interface NewConversation {
  readonly conv: Conv;
  readonly kind: ConversationKind;
  readonly title?: string;
  readonly creator: User;
  /** In order of standing, the creator first. */
  readonly founders: readonly User[];
  readonly now: Millis;
}

export interface AppendGroup {
  readonly conv: Conv;
  /** The append holds only while this is the conversation's last number: rights were checked against that state. */
  readonly expected: Seq;
  /** At least one, no two with the same (from, id). An entry with an `event` may only be the last. */
  readonly drafts: readonly Draft[];
  /** N of the salt registry: 1 writes under the conversation itself. A store that knows the registry asks it itself. */
  readonly partitions: number;
  /** What was queued and is appended now: it does not wait for what is queued. */
  readonly drained?: true;
  readonly now: Millis;
  /** When each was taken from its client, 0 where it came by no send: for those who watch, not for the store. */
  readonly sentAt?: readonly Millis[];
  /** A finished fan-out that rides along: sets fannedTo = to if fannedTo = from - 1, else is ignored. */
  readonly fanned?: FannedRange;
}

export interface FannedRange {
  readonly from: number;
  readonly to: Seq;
}

export interface Numbered {
  readonly seq: Seq;
  readonly mid: string;
  readonly at: Millis;
  /** This (from, id) was stored before: these are its first number, mid and time. */
  readonly duplicate: boolean;
}

export type AppendResult =
  | { readonly kind: 'appended'; readonly item: ConversationItem; readonly results: readonly Numbered[] }
  /** `expected` is not the last number: nothing was written. The item as it is now; null: no such conversation. */
  | { readonly kind: 'conflict'; readonly item: ConversationItem | null }
  /**
   * Entries of this conversation are queued, or it is not certain that none are: the whole group must queue behind
   * them.
   */
  | { readonly kind: 'queue' };

export interface ReadRange {
  readonly conv: Conv;
  /** Inclusive bounds, 1 <= from <= to <= lastSeq. */
  readonly from: Seq;
  readonly to: Seq;
  /** `up` starts at `from`, `down` at `to`; ends early at `limit` entries. */
  readonly order: 'up' | 'down';
  readonly limit: number;
}

export interface MessageStore {
  /** Conditional: races and retries meet in one conversation. `created` is false when it was there. */
  create(conversation: NewConversation): Effect<{ readonly created: boolean; readonly item: ConversationItem }>;
  /** Strong read; null: no such conversation. */
  item(conv: Conv): Effect<ConversationItem | null>;
  /** Last numbers of several conversations, read strongly; one that does not exist is left out. */
  lastSeqs(convs: readonly Conv[]): Effect<ReadonlyMap<Conv, Seq>>;
  /**
   * One transaction: item, entries, ids, and the members that an `event` changes (joinedSeq or leftSeq = the number of
   * that entry, memVersion + 1). at = max(now, lastAt). Repeats of stored ids are answered with their numbers and take
   * none; the rest is numbered from expected + 1. A fault with effect `unknown`: send the identical group again.
   */
  append(group: AppendGroup): Effect<AppendResult>;
  /** Contiguous entries, in the order asked; never with a hole: `store.incomplete` instead. */
  read(range: ReadRange): Effect<readonly Entry[]>;
  /** Number of the first entry of this time or later; lastSeq + 1 when there is none. */
  seqAt(conv: Conv, at: Millis): Effect<Seq>;
  /** SET fannedTo = to IF fannedTo = from - 1; answers the item as it then is, so that the loser can read again. */
  markFanned(conv: Conv, range: FannedRange): Effect<ConversationItem>;
  /** Conversations whose mark is at least as old as `before`, oldest first. */
  dirty(before: Millis, limit: number): Effect<readonly Conv[]>;
}

export interface MemberList {
  readonly memVersion: number;
  /** Also those who left, for fan-out of older numbers. In order of standing. */
  readonly members: readonly Member[];
}

export interface Membership {
  readonly conv: Conv;
  readonly since: Seq;
  /** Last number of the conversation that this index knows; the store's item decides. */
  readonly last: Seq;
}

export interface Members {
  /** The list and the version it belongs to. An unknown conversation has version 0 and nobody. */
  of(conv: Conv): Effect<MemberList>;
  /** The conversations that `user` is in now. */
  conversationsOf(user: User): Effect<readonly Membership[]>;
  /** Which of `others` are in a conversation that `user` is in as well. A user shares with themself. */
  sharing(user: User, others: readonly User[]): Effect<ReadonlySet<User>>;
  /** Which of `users` are in `count` conversations or more. */
  inAtLeast(count: number, users: readonly User[]): Effect<ReadonlySet<User>>;
}
