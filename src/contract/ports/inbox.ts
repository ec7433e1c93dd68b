/** The inbox: which conversations a user is in, newest first, with what is unread. */
import type { User } from '#contract/conversation';
import type { Effect } from '#contract/effects';
import type { InboxPage, InboxPlace } from '#contract/inbox';

export interface Inbox {
  /** At most `limit` items; those after `from`, or the newest. Never shows what the user may not read. */
  page(user: User, limit: number, from?: InboxPlace): Effect<InboxPage>;
}
