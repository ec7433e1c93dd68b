/**
 * Who is online, on any node. Best effort: a mark of a node counts for presence.ttlMs, so that the users of a node that
 * died go offline by themselves. When a user was last seen outlives restarts.
 */
import type { Millis, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';
import type { NodeName } from '#contract/ports/bus';

export type PresenceState = 'online' | 'offline' | 'unknown';

export interface Seen {
  readonly online: boolean;
  /** When the user was last known to be connected; null: never. */
  readonly lastSeenAt: Millis | null;
}

export interface Presence {
  /** These users are connected to `node`. */
  beat(node: NodeName, users: readonly User[], now: Millis): Effect<void>;
  /** The last connection of this user to `node` went at `at`. */
  gone(node: NodeName, user: User, at: Millis): Effect<void>;
  /** One answer for each user asked for. */
  of(users: readonly User[], now: Millis): Effect<ReadonlyMap<User, Seen>>;
}
