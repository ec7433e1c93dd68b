// One connection of the little server: what it holds of each conversation, its window, and its replay.
import type { WireMessage } from '#contract/frames';
import type { Fault, Frame, Seen, Settings } from '#test/conformance/fake/settings';
import type { World } from '#test/conformance/fake/world';

/** The server behind a connection, as far as a connection knows it. */
interface Behind {
  readonly fault: Fault;
  readonly settings: Settings;
  readonly world: World;
}

/** What this connection has of one conversation. */
interface View {
  since: number;
  next: number;
  acked: number;
  /** Numbers for which it got `stored`. */
  readonly own: Set<number>;
  /** Sent and not acknowledged. */
  readonly open: Set<number>;
  /** Until this is over, nothing live comes. */
  replay: { readonly from: number; readonly to: number } | undefined;
}

export class Session implements Seen {
  user: string | undefined;
  device = '';
  exp = 0;
  isReady = false;
  watching: readonly string[] = [];
  badFrames = 0;
  /** Conversations that were taken from it. */
  readonly left = new Set<string>();
  readonly views = new Map<string, View>();
  readonly told: Frame[] = [];
  readonly heard: Frame[] = [];

  constructor(
    readonly name: string,
    private readonly node: Behind,
    private readonly write: (frame: Frame) => void,
    readonly close: (code: number) => void,
  ) {}

  send(frame: Frame): void {
    const { out } = this.node.fault;
    for (const one of out === undefined ? [frame] : out(frame, this)) {
      this.write(one);
      this.told.push(one);
    }
  }

  /** A view of a conversation from which it gets everything above `next - 1`, live. */
  see(conv: string, since: number, next: number): View {
    const view = { since, next, acked: next - 1, own: new Set<number>(), open: new Set<number>(), replay: undefined };
    this.left.delete(conv);
    this.views.set(conv, view);
    return view;
  }

  /** The replay of one conversation, from a cursor on. */
  resume(conv: string, cursor: number, isNamed: boolean): void {
    const room = this.node.world.rooms.get(conv);
    const member = room?.members.get(this.user ?? '');
    if (room === undefined || member === undefined) return this.send({ t: 'removed', conv });
    const { since } = member;
    const last = room.entries.length;
    if (cursor > last) {
      this.see(conv, since, last + 1);
      this.send({ t: 'resumed', conv, since, from: last + 1, to: last, recovered: false });
      return;
    }
    const next = this.node.world.forgets('since of resumed') ? cursor + 1 : Math.max(cursor + 1, since);
    const view = this.see(conv, since, next);
    if (isNamed || next <= last || this.node.world.forgets('nothing missing')) view.replay = { from: next, to: last };
  }

  /** Sends what may go out now. */
  pump(): void {
    if (this.user === undefined) return;
    for (const [conv, view] of this.views) {
      if (view.replay !== undefined) this.#replay(conv, view, view.replay);
      if (view.replay === undefined) this.#live(conv, view);
    }
    if (this.isReady || [...this.views.values()].some(({ replay }) => replay !== undefined)) return;
    this.isReady = true;
    this.send({ t: 'ready' });
  }

  #replay(conv: string, view: View, { from, to }: { readonly from: number; readonly to: number }): void {
    const { settings } = this.node;
    const isTooMany = to - from + 1 > settings.replayMax;
    if (isTooMany) view.next = to + 1;
    else this.#sendUpTo(conv, view, to);
    if (view.next <= to) return;
    view.replay = undefined;
    this.send({ t: 'resumed', conv, since: view.since, from, to, recovered: !isTooMany });
    this.#positions(conv);
  }

  #live(conv: string, view: View): void {
    const last = this.node.world.rooms.get(conv)?.entries.length ?? 0;
    if (last - view.next + 1 > this.node.settings.replayMax) {
      this.send({ t: 'resumed', conv, since: view.since, from: view.next, to: last, recovered: false });
      view.next = last + 1;
    }
    this.#sendUpTo(conv, view, last);
  }

  #sendUpTo(conv: string, view: View, to: number): void {
    const entries = this.node.world.rooms.get(conv)?.entries ?? [];
    for (; view.next <= to; view.next += 1) {
      const entry = entries[view.next - 1];
      if (entry === undefined || view.own.has(view.next)) continue;
      if (this.#openIn(view) >= this.node.settings.ackWindow) return;
      if (!(view.replay !== undefined && this.node.world.forgets('the window of replays'))) view.open.add(view.next);
      this.send({ t: 'message', ...entry });
    }
  }

  #openIn(view: View): number {
    if (this.node.world.forgets('the window of others')) return view.open.size;
    let open = 0;
    for (const one of this.views.values()) open += one.open.size;
    return open + (this.node.world.forgets('removed frees') ? this.#lost : 0);
  }

  /** Places that a fault never frees. */
  #lost = 0;

  /** The others' positions: they follow `resumed`. */
  #positions(conv: string): void {
    const room = this.node.world.rooms.get(conv);
    if (room === undefined || room.members.size > this.node.settings.receiptsMembers) return;
    if (this.node.world.forgets('positions')) return;
    for (const user of room.members.keys()) {
      if (user === this.user) continue;
      const [delivered, read] = [room.delivered.get(user), room.read.get(user)];
      if (delivered !== undefined && delivered > 0) this.send({ t: 'delivered', conv, user, seq: delivered });
      if (read !== undefined && read > 0) this.send({ t: 'read', conv, user, seq: read });
    }
  }

  /** Its own send got this number. */
  stored({ id, conv, seq, mid, at }: WireMessage): void {
    this.views.get(conv)?.own.add(seq);
    this.send({ t: 'stored', id, conv, seq, mid, at });
  }

  ack(conv: string, seq: number): void {
    const view = this.views.get(conv);
    if (view === undefined) return;
    view.acked = Math.max(view.acked, seq);
    for (const one of view.open) if (one <= seq) view.open.delete(one);
    this.pump();
  }

  /** The conversation is taken from it. */
  removed(conv: string): void {
    this.#lost += this.views.get(conv)?.open.size ?? 0;
    this.views.delete(conv);
    this.left.add(conv);
    this.send({ t: 'removed', conv });
    this.pump();
  }
}
