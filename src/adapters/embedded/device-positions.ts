/**
 * Device positions, one record a device and conversation. Acknowledgements are many and a lost one costs little: they
 * are seen at once and written together every positions.flushMs. Whether a device is new is decided on disk.
 */
import type { Conv, Device, Seq, User } from '#contract/conversation';
import { ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { DevicePositions, Positions } from '#contract/ports/positions';
import { DelayedWrite } from '#adapters/embedded/delayed-write';
import type { Delay } from '#adapters/embedded/delayed-write';
import { Overlay } from '#adapters/embedded/overlay';
import { lastName } from '#adapters/embedded/tables';
import type { Tables } from '#adapters/embedded/tables';

type Cursors = Map<Conv, Seq>;

const raise = (cursors: Cursors, raised: Iterable<readonly [Conv, Seq]>): Cursors => {
  for (const [conv, seq] of raised) cursors.set(conv, Math.max(cursors.get(conv) ?? 0, seq));
  return cursors;
};

const copyOf = (devices: ReadonlyMap<Device, Cursors> | undefined): Map<Device, Cursors> =>
  new Map([...(devices ?? [])].map(([device, cursors]) => [device, new Map(cursors)]));

class Devices {
  readonly unsaved: Overlay<User, Map<Device, Cursors>>;
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.unsaved = new Overlay((user, devices) => {
      for (const [device, cursors] of devices) this.save(user, device, cursors);
    });
  }

  /** Undefined: a device that was never seen. */
  known(user: User, device: Device): DevicePositions | undefined {
    const fresh = this.unsaved.get(user)?.get(device);
    if (fresh === undefined && this.#tables.devices.get([user, device]) === undefined) return undefined;
    const cursors = this.#stored([user, device, ''], [user, device, lastName]);
    return { known: true, cursors: raise(cursors, fresh ?? []) };
  }

  /** In a transaction. Starts a new device after what any device of the user has acknowledged. */
  open(user: User, device: Device): Outcome<DevicePositions> {
    const known = this.known(user, device);
    if (known !== undefined) return ok(known);
    const cursors = this.#stored([user, ''], [user, lastName]);
    for (const fresh of this.unsaved.get(user)?.values() ?? []) raise(cursors, fresh);
    this.save(user, device, cursors);
    return ok({ known: false, cursors });
  }

  /** For a later commit. */
  collect(user: User, device: Device, raised: ReadonlyMap<Conv, Seq>): void {
    const known = this.unsaved.get(user);
    const devices = known !== undefined && this.unsaved.isFresh(user) ? known : copyOf(known);
    this.unsaved.set(user, devices.set(device, raise(devices.get(device) ?? new Map<Conv, Seq>(), raised)));
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

  #stored(start: string[], end: string[]): Cursors {
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

export const embeddedPositions = (tables: Tables, delay: Delay): EmbeddedPositions => {
  const { committer } = delay;
  const devices = new Devices(tables);
  const writing = new DelayedWrite(delay, devices.unsaved);
  const positions: Positions = {
    open: (user, device) => (done) => {
      const known = devices.known(user, device);
      if (known !== undefined) done(ok(known));
      else committer.write(() => devices.open(user, device))(done);
    },
    save: (user, device, cursors) => (done) => {
      devices.collect(user, device, cursors);
      writing.arm();
      done(ok(undefined));
    },
  };
  return { positions, flush: () => writing.flush() };
};
