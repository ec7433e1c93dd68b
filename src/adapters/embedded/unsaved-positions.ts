/** Positions on their way to the disk, in memory: seen by every reader at once, written together now and then. */
import type { Conv, Device, Seq, User } from '#contract/conversation';

export type Cursors = Map<Conv, Seq>;

export const raise = (cursors: Cursors, raised: Iterable<readonly [Conv, Seq]>): Cursors => {
  for (const [conv, seq] of raised) cursors.set(conv, Math.max(cursors.get(conv) ?? 0, seq));
  return cursors;
};

export class UnsavedPositions {
  #users = new Map<User, Map<Device, Cursors>>();

  get isEmpty(): boolean {
    return this.#users.size === 0;
  }

  add(user: User, device: Device, raised: ReadonlyMap<Conv, Seq>): void {
    const devices = this.#users.get(user) ?? new Map<Device, Cursors>();
    this.#users.set(user, devices.set(device, raise(devices.get(device) ?? new Map<Conv, Seq>(), raised)));
  }

  of(user: User, device: Device): Cursors | undefined {
    return this.#users.get(user)?.get(device);
  }

  /** Of all devices of the user. */
  ofUser(user: User): Iterable<Cursors> {
    return this.#users.get(user)?.values() ?? [];
  }

  /** Hands over everything. */
  take(): { readonly user: User; readonly device: Device; readonly cursors: Cursors }[] {
    const taken = [...this.#users].flatMap(([user, devices]) =>
      [...devices].map(([device, cursors]) => ({ user, device, cursors })),
    );
    this.#users = new Map();
    return taken;
  }
}
