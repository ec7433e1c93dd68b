/**
 * Who is connected where, and where every conversation stands for every user: what a Redis would hold for the nodes.
 * All of it may be lost; it is raised by fan-out only, so that it may lag behind the store.
 */
import type { Conv, Device, User } from '#contract/conversation';
import type { LastKnown, NodeName, Notice, Resync } from '#contract/ports/bus';
import { Registrations } from '#resilience/registrations';

interface Standing extends LastKnown {
  readonly removed: boolean;
}

export class Switchboard {
  readonly sessions = new Registrations();
  readonly #last = new Map<User, Map<Conv, Standing>>();

  /** Raises the index of all concerned; answers which of the notices each other node must hear. */
  fanOut(from: NodeName, notices: readonly Notice[]): Map<NodeName, Notice[]> {
    const heard = new Map<NodeName, Notice[]>();
    for (const notice of notices) {
      for (const user of notice.recipients) this.#raise(user, notice, false);
      for (const user of notice.added) this.#raise(user, notice, false);
      for (const user of notice.removed) this.#raise(user, notice, true);
      const concerned = [...notice.recipients, ...notice.added, ...notice.removed];
      for (const node of this.sessions.nodesOf(concerned, from)) {
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
    return { last, current: this.sessions.current(user, device) };
  }

  /** All of it is gone, as when a disposable Redis starts empty. */
  wipe(): void {
    this.sessions.clear();
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
}
