/**
 * Who is connected where, and where every conversation stands for every user: what a Redis would hold for the nodes.
 * All of it may be lost; it is raised by fan-out only, so that it may lag behind the store.
 */
import type { Conv, Device, Millis, User } from '#contract/conversation';
import type { LastKnown, NodeName, Notice, Resync, SessionAddress } from '#contract/ports/bus';

interface Standing extends LastKnown {
  readonly removed: boolean;
}

export class Switchboard {
  readonly #sessions = new Map<User, Map<Device, SessionAddress>>();
  readonly #last = new Map<User, Map<Conv, Standing>>();

  register(
    session: Omit<SessionAddress, 'epoch'>,
    now: Millis,
  ): { readonly address: SessionAddress; readonly replaced: SessionAddress | null } {
    const devices = this.#devicesOf(session.user);
    const replaced = devices.get(session.device) ?? null;
    const address = { ...session, epoch: Math.max(now, (replaced?.epoch ?? 0) + 1) };
    devices.set(session.device, address);
    return { address, replaced };
  }

  restore(address: SessionAddress): void {
    const devices = this.#devicesOf(address.user);
    const living = devices.get(address.device);
    if (living === undefined || living.epoch < address.epoch) devices.set(address.device, address);
  }

  unregister(address: SessionAddress): void {
    const devices = this.#devicesOf(address.user);
    if (devices.get(address.device)?.epoch === address.epoch) devices.delete(address.device);
  }

  /** Raises the index of all concerned; answers which of the notices each other node must hear. */
  fanOut(from: NodeName, notices: readonly Notice[]): Map<NodeName, Notice[]> {
    const heard = new Map<NodeName, Notice[]>();
    for (const notice of notices) {
      for (const user of notice.recipients) this.#raise(user, notice, false);
      for (const user of notice.added) this.#raise(user, notice, false);
      for (const user of notice.removed) this.#raise(user, notice, true);
      for (const node of this.#nodesOf(notice)) {
        if (node === from) continue;
        const mine = heard.get(node) ?? [];
        heard.set(node, [...mine, notice]);
      }
    }
    return heard;
  }

  resync(user: User, device: Device): Resync {
    const last = new Map<Conv, LastKnown>();
    for (const [conv, { seq, since, removed }] of this.#last.get(user) ?? [])
      if (!removed) last.set(conv, { seq, since });
    return { last, current: this.#devicesOf(user).get(device) ?? null };
  }

  /** All of it is gone, as when a disposable Redis starts empty. */
  wipe(): void {
    this.#sessions.clear();
    this.#last.clear();
  }

  #raise(user: User, notice: Notice, removed: boolean): void {
    const { conv, to } = notice;
    const mine = this.#last.get(user) ?? new Map<Conv, Standing>();
    this.#last.set(user, mine);
    const known = mine.get(conv);
    if (known !== undefined && known.seq > to) return;
    const joins = notice.added.includes(user);
    const since = joins ? Math.max(1, notice.from) : (known?.since ?? 1);
    mine.set(conv, { seq: to, since, removed: removed || (known?.removed === true && known.seq === to && !joins) });
  }

  #nodesOf({ recipients, added, removed }: Notice): Set<NodeName> {
    const nodes = new Set<NodeName>();
    for (const users of [recipients, added, removed])
      for (const user of users) for (const { node } of this.#sessions.get(user)?.values() ?? []) nodes.add(node);
    return nodes;
  }

  #devicesOf(user: User): Map<Device, SessionAddress> {
    const devices = this.#sessions.get(user) ?? new Map<Device, SessionAddress>();
    this.#sessions.set(user, devices);
    return devices;
  }
}
