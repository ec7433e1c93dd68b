/**
 * Turns at appending to one conversation, for servers that all have something for it: without them most of their
 * transactions are lost, and one of them may starve. Advisory: whoever appends without a turn does no harm, and where
 * no turn can be had, appends go on without.
 */
import type { Conv, Millis } from '#contract/conversation';
import type { Effect } from '#contract/effects';
import type { NodeName } from '#contract/ports/bus';

export interface Turn {
  readonly isMine: boolean;
  /** How long the turn lasts; of one that is somebody else's: when to ask again. */
  readonly forMs: Millis;
  /** Nobody else has asked of late. */
  readonly isAlone: boolean;
}

export interface Baton {
  /** Asks for a turn; of one's own that is over, passes it on to whoever waits longest and queues behind them. */
  turn(conv: Conv, node: NodeName): Effect<Turn>;
  /** Nothing more to append for now: passes the turn on. */
  done(conv: Conv, node: NodeName): Effect<void>;
}
