/**
 * The fast half of the bus: who is connected where and what is newest for whom, in a store that may vanish at any time.
 * adapters/tiered makes it whole with what the database knows.
 */
import type { Conv, Device, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';
import type { Bus, LastKnown, NodeName, Notice, SessionAddress } from '#contract/ports/bus';
import type { Membership } from '#contract/ports/store';

export interface Look {
  /** Null: it is not known whether it is whole; complete it by `fill`, under this epoch. */
  readonly last: ReadonlyMap<Conv, LastKnown> | null;
  readonly epoch: string;
  readonly current: SessionAddress | null;
}

/** What became of a fan-out: users whom it did not reach, for the servers that know them were away. */
export interface Reached {
  readonly missed: readonly User[];
}

export interface NewsIndex extends Omit<Bus, 'resync' | 'fanOut'> {
  look(user: User, device: Device): Effect<Look>;
  /** What is newer than this stays. */
  fill(user: User, epoch: string, memberships: readonly Membership[]): Effect<void>;
  /** Fails while one of its servers does not answer. */
  answers(): Effect<void>;
  /** Does not fail: who is missed is told, and finds the index not whole later. */
  fanOut(from: NodeName, cause: string, notices: readonly Notice[]): Effect<Reached>;
}
