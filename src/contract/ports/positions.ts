/**
 * Device positions: up to which number a device holds each conversation. A restored position may be older than the
 * truth, never newer. Whether a device is new is decided here.
 */
import type { Conv, Device, Seq, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';

export interface DevicePositions {
  /** False at the first connection of this device: its positions are then what any device of the user acknowledged. */
  readonly known: boolean;
  readonly cursors: ReadonlyMap<Conv, Seq>;
}

export interface Positions {
  /** Reads the device's positions; a new device's start is written before it is answered. */
  open(user: User, device: Device): Effect<DevicePositions>;
  /**
   * Raises positions; one that is lower than what is stored is ignored. Seen by every `open` at once; on disk within
   * positions.flushMs: a crash may take those back.
   */
  save(user: User, device: Device, cursors: ReadonlyMap<Conv, Seq>): Effect<void>;
}
