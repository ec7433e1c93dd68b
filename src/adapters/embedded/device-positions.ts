/** Device positions, one record a device and conversation: a save writes only what moved. */
import type { Conv, Device, Seq, User } from '#contract/conversation';
import { ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { DevicePositions, Positions } from '#contract/ports/positions';
import type { Committer } from '#adapters/embedded/committer';
import { lastName } from '#adapters/embedded/tables';
import type { Tables } from '#adapters/embedded/tables';

class Devices {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** Undefined: a device that was never seen. */
  known(user: User, device: Device): DevicePositions | undefined {
    if (this.#tables.devices.get([user, device]) === undefined) return undefined;
    const range = { start: [user, device, ''], end: [user, device, lastName] };
    const cursors = new Map<Conv, Seq>();
    for (const { key, value } of this.#tables.positions.getRange(range)) cursors.set(key[2], value);
    return { known: true, cursors };
  }

  /** In a transaction. Starts a new device after what any device of the user has acknowledged. */
  open(user: User, device: Device): Outcome<DevicePositions> {
    const known = this.known(user, device);
    if (known !== undefined) return ok(known);
    const cursors = new Map<Conv, Seq>();
    for (const { key, value } of this.#tables.positions.getRange({ start: [user, ''], end: [user, lastName] }))
      cursors.set(key[2], Math.max(cursors.get(key[2]) ?? 0, value));
    this.save(user, device, cursors);
    return ok({ known: false, cursors });
  }

  /** In a transaction. */
  save(user: User, device: Device, raised: ReadonlyMap<Conv, Seq>): Outcome<void> {
    const { devices, positions } = this.#tables;
    if (devices.get([user, device]) === undefined) devices.putSync([user, device], 1);
    for (const [conv, seq] of raised) {
      const key: [User, Device, Conv] = [user, device, conv];
      if (seq > (positions.get(key) ?? -1)) positions.putSync(key, seq);
    }
    return ok(undefined);
  }
}

export const embeddedPositions = (tables: Tables, committer: Committer): Positions => {
  const devices = new Devices(tables);
  return {
    open: (user, device) => (done) => {
      const known = devices.known(user, device);
      if (known !== undefined) done(ok(known));
      else committer.write(() => devices.open(user, device))(done);
    },
    save: (user, device, cursors) => committer.write(() => devices.save(user, device, cursors)),
  };
};
