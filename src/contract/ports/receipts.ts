/**
 * How far each member has got: `delivered` (some device acknowledged it) and `read`. Positions only rise. What is
 * raised is seen by every reader at once, and on disk within positions.flushMs: a crash may take back that much.
 */
import type { Conv, Seq, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';

/** Two positions; 0: nothing yet. */
export interface Reached {
  readonly delivered: Seq;
  readonly read: Seq;
}

/** A position that a member may have passed. */
export interface Reaching {
  readonly user: User;
  readonly delivered?: Seq;
  readonly read?: Seq;
}

/** What became of one member: positions as they were and as they are. */
export interface Raised {
  readonly user: User;
  readonly before: Reached;
  readonly after: Reached;
}

export interface Receipts {
  /** Raises positions; one that is lower than what is known is ignored. Answers in the order asked. */
  raise(conv: Conv, reaching: readonly Reaching[]): Effect<readonly Raised[]>;
  /** Positions of the members of each conversation that has at most `membersMax` of them; others are left out. */
  of(convs: readonly Conv[], membersMax: number): Effect<ReadonlyMap<Conv, ReadonlyMap<User, Reached>>>;
}

export const nowhere: Reached = { delivered: 0, read: 0 };

/** Positions after a rise; the same object when nothing rose. */
export const raised = (before: Reached, { delivered = 0, read = 0 }: Reaching): Reached =>
  delivered <= before.delivered && read <= before.read
    ? before
    : { delivered: Math.max(before.delivered, delivered), read: Math.max(before.read, read) };
