/** Which session a device has, and which must end for a newer one: the rules of the registry, kept in memory. */
import type { Device, Millis, User } from '#contract/conversation';
import type { NodeName, Registered, SessionAddress } from '#contract/ports/bus';

export class Registrations {
  readonly #users = new Map<User, Map<Device, SessionAddress>>();

  register(session: Omit<SessionAddress, 'epoch'>, now: Millis, devicesMax: number): Registered {
    const { user, device } = session;
    const replaced = this.current(user, device);
    const address = { ...session, epoch: Math.max(now, (replaced?.epoch ?? 0) + 1) };
    this.#enter(address);
    const longest = this.#beyond(user, device, devicesMax);
    if (longest !== null) this.unregister(longest);
    return { address, replaced, crowdedOut: longest };
  }

  /** Enters it again, unless a newer one is there. */
  restore(address: SessionAddress): void {
    if ((this.current(address.user, address.device)?.epoch ?? -1) < address.epoch) this.#enter(address);
  }

  /** Takes it out, unless a newer one is there. */
  unregister({ user, device, epoch }: SessionAddress): void {
    const devices = this.#users.get(user);
    if (devices?.get(device)?.epoch !== epoch) return;
    devices.delete(device);
    if (devices.size === 0) this.#users.delete(user);
  }

  current(user: User, device: Device): SessionAddress | null {
    return this.#users.get(user)?.get(device) ?? null;
  }

  /** The nodes, other than `from`, where these users have sessions. */
  nodesOf(users: Iterable<User>, from: NodeName): Set<NodeName> {
    const nodes = new Set<NodeName>();
    for (const user of users)
      for (const { node } of this.#users.get(user)?.values() ?? []) if (node !== from) nodes.add(node);
    return nodes;
  }

  clear(): void {
    this.#users.clear();
  }

  #enter(address: SessionAddress): void {
    const devices = this.#users.get(address.user) ?? new Map<Device, SessionAddress>();
    this.#users.set(address.user, devices);
    // The one registered longest comes first.
    devices.delete(address.device);
    devices.set(address.device, address);
  }

  /** The one registered longest, where there are too many; never the one that has just come. */
  #beyond(user: User, newest: Device, devicesMax: number): SessionAddress | null {
    const devices = this.#users.get(user);
    if (devicesMax === 0 || devices === undefined || devices.size <= devicesMax) return null;
    for (const [device, address] of devices) if (device !== newest) return address;
    return null;
  }
}
