/** The two halves of the inbox: an index in the database, and pages that are ready to be served. */
import type { Conv, Millis, Seq, User } from '#contract/conversation';
import type { InboxItem, InboxPage, InboxPlace } from '#contract/inbox';
import type { Inbox } from '#contract/ports/inbox';

/** What a cache found, or the epoch under which it may be filled. */
export type CachedPage = { readonly page: InboxPage } | { readonly epoch: string };

/** All methods reject with a `FaultError`. */
export interface InboxCache {
  page(user: User, limit: number, from: InboxPlace | undefined): Promise<CachedPage>;
  /** The newest conversations of the user, as many as a cache keeps. */
  fill(user: User, epoch: string, items: readonly InboxItem[]): Promise<void>;
  /** The user has read that far. */
  read(user: User, conv: Conv, seq: Seq): Promise<void>;
}

/** The inbox as the database knows it; `touch` keeps its index in order. */
export interface InboxIndex extends Inbox {
  /** The conversation was written to: newest first in the inboxes of these users. Rejects with a `FaultError`. */
  touch(conv: Conv, at: Millis, users: readonly User[]): Promise<void>;
}
