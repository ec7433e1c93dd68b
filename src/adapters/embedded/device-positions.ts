/**
 * Device positions, one record a device and conversation. Acknowledgements are many and a lost one costs little: they
 * are seen at once and written together every positions.flushMs. Whether a device is new is decided on disk.
 */
import type { Conv, Device, Seq, User } from '#contract/conversation';
import { ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { DevicePositions, Positions } from '#contract/ports/positions';
import type { TimeSource } from '#contract/ports/system';
import type { Committer } from '#adapters/embedded/committer';
import { lastName } from '#adapters/embedded/tables';
import type { Tables } from '#adapters/embedded/tables';
import { raise, UnsavedPositions } from '#adapters/embedded/unsaved-positions';

class Devices {
  readonly unsaved = new UnsavedPositions();
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Undefined: a device that was never seen. */
  known(user: User, device: Device): DevicePositions | undefined {
    const fresh = this.unsaved.of(user, device);
    if (fresh === undefined && this.#tables.devices.get([user, device]) === undefined) return undefined;
    const cursors = this.#stored([user, device, ''], [user, device, lastName]);
    return { known: true, cursors: raise(cursors, fresh ?? []) };
  }

  /** In a transaction. Starts a new device after what any device of the user has acknowledged. */
  open(user: User, device: Device): Outcome<DevicePositions> {
    const known = this.known(user, device);
    if (known !== undefined) return ok(known);
    const cursors = this.#stored([user, ''], [user, lastName]);
    for (const fresh of this.unsaved.ofUser(user)) raise(cursors, fresh);
    this.save(user, device, cursors);
    return ok({ known: false, cursors });
  }

  /** In a transaction. */
  save(user: User, device: Device, raised: ReadonlyMap<Conv, Seq>): void {
    const { devices, positions } = this.#tables;
    if (devices.get([user, device]) === undefined) devices.putSync([user, device], 1);
    for (const [conv, seq] of raised) {
      const key: [User, Device, Conv] = [user, device, conv];
      if (seq > (positions.get(key) ?? -1)) positions.putSync(key, seq);
    }
  }

  #stored(start: string[], end: string[]): Map<Conv, Seq> {
    const cursors = new Map<Conv, Seq>();
    for (const { key, value } of this.#tables.positions.getRange({ start, end })) raise(cursors, [[key[2], value]]);
    return cursors;
  }
}

export interface EmbeddedPositions {
  readonly positions: Positions;
  /** Writes what is not written; settles when it is on disk or could not be put there. */
  flush(): Promise<void>;
}

interface Options {
  readonly tables: Tables;
  readonly committer: Committer;
  readonly time: TimeSource;
  readonly flushMs: number;
}

export const embeddedPositions = ({ tables, committer, time, flushMs }: Options): EmbeddedPositions => {
  const devices = new Devices(tables);
  const { unsaved } = devices;
  let disarm: (() => void) | undefined;
  const write = committer.write(() => {
    for (const { user, device, cursors } of unsaved.take()) devices.save(user, device, cursors);
    return ok(undefined);
  });
  const flush = (): Promise<void> => {
    disarm?.();
    disarm = undefined;
    // What a failed commit loses is older positions after a crash, which resuming allows.
    return new Promise((resolve) => (unsaved.isEmpty ? resolve() : write(() => resolve())));
  };
  const positions: Positions = {
    open: (user, device) => (done) => {
      const known = devices.known(user, device);
      if (known !== undefined) done(ok(known));
      else committer.write(() => devices.open(user, device))(done);
    },
    save: (user, device, cursors) => (done) => {
      unsaved.add(user, device, cursors);
      disarm ??= time.alarm(flushMs, () => void flush());
      done(ok(undefined));
    },
  };
  return { positions, flush };
};
