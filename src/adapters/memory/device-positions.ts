/** Device positions as plain maps. */
import type { Conv, Device, Seq, User } from '#contract/conversation';
import { ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { DevicePositions } from '#contract/ports/positions';

type Cursors = Map<Conv, Seq>;

const raise = (cursors: Cursors, raised: ReadonlyMap<Conv, Seq>): void => {
  for (const [conv, seq] of raised) cursors.set(conv, Math.max(cursors.get(conv) ?? 0, seq));
};

export class Devices {
  readonly #users = new Map<User, Map<Device, Cursors>>();

  open(user: User, device: Device): Outcome<DevicePositions> {
    const devices = this.#devicesOf(user);
    const cursors = devices.get(device);
    if (cursors !== undefined) return ok({ known: true, cursors: new Map(cursors) });
    const start: Cursors = new Map();
    for (const other of devices.values()) raise(start, other);
    devices.set(device, start);
    return ok({ known: false, cursors: new Map(start) });
  }

  save(user: User, device: Device, raised: ReadonlyMap<Conv, Seq>): Outcome<void> {
    const devices = this.#devicesOf(user);
    const cursors = devices.get(device) ?? new Map<Conv, Seq>();
    devices.set(device, cursors);
    raise(cursors, raised);
    return ok(undefined);
  }

  #devicesOf(user: User): Map<Device, Cursors> {
    const devices = this.#users.get(user) ?? new Map<Device, Cursors>();
    this.#users.set(user, devices);
    return devices;
  }
}
