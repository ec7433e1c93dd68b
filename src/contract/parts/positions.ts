/** The two halves of device positions: a table that lasts, and what was acknowledged since it was written. */
import type { Conv, Device, Seq, User } from '#contract/conversation';

export type Cursors = ReadonlyMap<Conv, Seq>;

/** All methods reject with a `FaultError`. */
export interface PositionTable {
  /** Undefined: the device was never seen. */
  of(user: User, device: Device): Promise<Cursors | undefined>;
  /** What each device of the user holds. */
  all(user: User): Promise<ReadonlyMap<Device, Cursors>>;
  /** Keeps the start of a new device. False: another connection of it was first. */
  begin(user: User, device: Device, start: Cursors): Promise<boolean>;
  /** Raises; what is lower is ignored. */
  raise(user: User, device: Device, cursors: Cursors): Promise<void>;
}

export interface PositionCache {
  raise(user: User, device: Device, cursors: Cursors): Promise<void>;
  of(user: User, device: Device): Promise<Cursors>;
  /** The devices of the user of which anything is known here. */
  devices(user: User): Promise<readonly Device[]>;
}
