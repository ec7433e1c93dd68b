// What the little server does for its connections and for HTTP: requests, fan-out, receipts.
import type { HelloFrame, WireMessage } from '#contract/frames';
import type { Claims } from '#test/conformance/fake/tokens';
import { Presence } from '#test/conformance/fake/presence';
import { Rate } from '#test/conformance/fake/rate';
import type { Session } from '#test/conformance/fake/session';
import { settings } from '#test/conformance/fake/settings';
import type { Fault, Settings } from '#test/conformance/fake/settings';
import { Refusal, World } from '#test/conformance/fake/world';
import type { Room } from '#test/conformance/fake/world';

interface Draft {
  readonly id: string;
  readonly conv: string;
  readonly body: string;
  readonly meta?: NonNullable<WireMessage['meta']>;
}

const newestCovered = 200;

export class Node {
  readonly settings: Settings;
  readonly world: World;
  readonly #sessions = new Map<string, Set<Session>>();
  /** Positions of each `user device`. */
  readonly #acked = new Map<string, Map<string, number>>();
  readonly presence: Presence;
  readonly #typedAt = new Map<string, number>();
  readonly #sends = new Map<string, Rate>();
  readonly #frames = new WeakMap<Session, Rate>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(readonly fault: Fault = {}) {
    this.settings = { ...settings, ...fault.settings };
    this.world = new World(this.settings, fault.forgets);
    this.presence = new Presence(this.world, this.#sessions);
  }

  sessionsOf(user: string): Session[] {
    return [...(this.#sessions.get(user) ?? [])];
  }

  after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  takeFrame(session: Session): void {
    const { framesPerSecond } = this.settings;
    const rate = this.#frames.get(session) ?? new Rate(framesPerSecond, framesPerSecond);
    this.#frames.set(session, rate);
    rate.take();
  }

  #takeSend(user: string): void {
    const rate = this.#sends.get(user) ?? new Rate(this.settings.sendsPerSecond, this.settings.sendsAtOnce);
    this.#sends.set(user, rate);
    rate.take();
  }

  hello(session: Session, { user, exp }: Claims, { device, cursors }: HelloFrame): void {
    session.exp = exp;
    if (session.user !== undefined) {
      if (session.user !== user) return session.close(4101);
      if (session.device !== device) throw new Refusal('gateway.bad_frame');
      return this.#welcome(session, true);
    }
    const older = this.sessionsOf(user).filter((one) => one.device === device);
    [session.user, session.device] = [user, device];
    const isKnown = this.#acked.has(`${user} ${device}`);
    const positions = this.#positionsOf(user, device);
    this.#welcome(session, isKnown);
    for (const one of older) {
      this.gone(one);
      one.close(4103);
    }
    this.#sessions.set(user, new Set([...this.sessionsOf(user), session]));
    for (const [conv, cursor] of cursors) {
      session.resume(conv, cursor, true);
      const last = this.world.rooms.get(conv)?.entries.length ?? 0;
      if (cursor <= last && !this.world.forgets('cursors acknowledge')) this.#acknowledge(session, conv, cursor);
    }
    for (const { conv } of this.world.roomsOf(user)) {
      if (!cursors.has(conv)) session.resume(conv, positions.get(conv) ?? 0, false);
    }
    session.pump();
    this.presence.tell(user);
  }

  /** What this device acknowledged last; a new one starts after what any other has. */
  #positionsOf(user: string, device: string): Map<string, number> {
    const key = `${user} ${device}`;
    const there = this.#acked.get(key);
    if (there !== undefined) return this.world.forgets('last acks') ? new Map<string, number>() : there;
    const start = new Map<string, number>();
    for (const [other, positions] of this.#acked) {
      if (!other.startsWith(`${user} `) || this.world.forgets('new devices')) continue;
      for (const [conv, seq] of positions) start.set(conv, Math.max(start.get(conv) ?? 0, seq));
    }
    this.#acked.set(key, start);
    return start;
  }

  #welcome(session: Session, resumed: boolean): void {
    const { name, user, device, exp } = session;
    const { heartbeatMs, ackWindow } = this.settings;
    session.send({ t: 'welcome', session: name, user, device, node: 'n', heartbeatMs, ackWindow, resumed, exp });
  }

  gone(session: Session): void {
    const { user } = session;
    if (user === undefined) return;
    this.#sessions.get(user)?.delete(session);
    this.presence.left(user);
    this.after(this.settings.presenceMs, () => this.presence.tell(user));
  }

  /** For HTTP there is no connection that would be left out. */
  send(user: string, draft: Draft, origin?: Session): { entry: WireMessage; isNew: boolean } {
    this.#takeSend(user);
    const { entry, isNew } = this.world.append(user, origin?.device ?? 'http', draft);
    origin?.stored(entry);
    if (!isNew) return { entry, isNew };
    const room = this.world.rooms.get(draft.conv);
    if (origin === undefined && this.world.forgets('senders over HTTP')) this.#passOver(user, entry);
    this.#pump(room, origin);
    if (room !== undefined) this.#raise(room, 'read', user, entry.seq, origin);
    return { entry, isNew };
  }

  #passOver(user: string, { conv, seq }: WireMessage): void {
    for (const session of this.sessionsOf(user)) session.views.get(conv)?.own.add(seq);
  }

  #pump(room: Room | undefined, origin?: Session): void {
    if (this.world.forgets('members only')) this.#tellAll(room);
    const hearers = [...(room?.members.keys() ?? [])].flatMap((user) => this.sessionsOf(user));
    for (const session of hearers) {
      const isOther = session.user === origin?.user && session !== origin;
      if (!(isOther && this.world.forgets('other devices'))) session.pump();
    }
  }

  #tellAll(room: Room | undefined): void {
    const strangers = [...this.#sessions].filter(([user]) => !room?.members.has(user)).flatMap(([, all]) => [...all]);
    for (const one of strangers) for (const entry of room?.entries ?? []) one.send({ t: 'message', ...entry });
  }

  /** Tells all founders' connections but the one that asked. */
  open(user: string, id: string, names: readonly string[], title: string | undefined, origin?: Session) {
    const { room, isNew } = this.world.open(user, id, names, title);
    const opened = this.openedOf(room, user);
    if (isNew) {
      const isTold = (session: Session) =>
        session !== origin &&
        !this.world.forgets('founders') &&
        !(origin === undefined && this.world.forgets('founders over HTTP'));
      for (const session of [...room.members.keys()].flatMap((name) => this.sessionsOf(name))) {
        session.see(room.conv, 1, 1);
        if (isTold(session)) session.send({ t: 'opened', ...this.openedOf(room, session.user ?? '') });
      }
    }
    origin?.send({ t: 'opened', id, ...opened });
    return { opened: { id, ...opened }, isNew };
  }

  openedOf({ conv, kind, title, members, entries }: Room, user: string, seq = entries.length) {
    const { since = 1 } = members.get(user) ?? {};
    const shownTitle = title === undefined ? {} : { title };
    return { conv, kind, members: this.world.usersOf(members), ...shownTitle, since, seq };
  }

  membersOf(user: string, conv: string) {
    const { since, members, entries } = this.world.room(user, conv);
    return { conv, members: this.world.usersOf(members), since, seq: entries.length };
  }

  change(user: string, id: string, conv: string, add: readonly string[], remove: readonly string[], origin?: Session) {
    const { added, removed } = this.world.change(user, conv, add, remove);
    if (added.length + removed.length === 0) {
      const answer = this.membersOf(user, conv);
      origin?.send({ t: 'members', id, ...answer });
      return answer;
    }
    const event = { add: added, remove: removed };
    const { entry } = this.world.append(user, origin?.device ?? 'http', { conv, id, body: '', event });
    const { since } = this.world.room(user, conv);
    this.world.apply(conv, entry.seq, added, removed);
    const room = this.world.rooms.get(conv);
    const answer = { conv, members: room ? this.world.usersOf(room.members) : [], since, seq: entry.seq };
    origin?.send({ t: 'members', id, ...answer });
    for (const session of removed.flatMap((name) => this.sessionsOf(name))) session.removed(conv);
    for (const session of added.flatMap((name) => this.sessionsOf(name))) {
      session.see(conv, entry.seq, entry.seq);
      if (room) session.send({ t: 'opened', ...this.openedOf(room, session.user ?? '', entry.seq - 1) });
    }
    this.#pump(room);
    return answer;
  }

  ack(session: Session, conv: string, seq: number): void {
    if (session.left.has(conv) && !this.world.forgets('acks after removed')) return;
    const { entries } = this.world.room(session.user ?? '', conv);
    if (seq > entries.length && !this.world.forgets('bad seq')) throw new Refusal('conversation.bad_seq');
    this.#acknowledge(session, conv, seq);
    session.ack(conv, seq);
  }

  #acknowledge({ user = '', device }: Session, conv: string, seq: number): void {
    const positions = this.#acked.get(`${user} ${device}`);
    positions?.set(conv, Math.max(positions.get(conv) ?? 0, seq));
    const room = this.world.rooms.get(conv);
    if (room?.members.has(user)) this.#raise(room, 'delivered', user, seq);
  }

  read(session: Session, conv: string, seq: number): void {
    const { user = '' } = session;
    const { entries } = this.world.room(user, conv);
    if (seq > entries.length && !this.world.forgets('bad seq')) throw new Refusal('conversation.bad_seq');
    const room = this.world.rooms.get(conv);
    if (room === undefined) return;
    this.#raise(room, 'read', user, seq, session);
    if (this.world.forgets('read is no ack')) this.ack(session, conv, seq);
  }

  /** A position rises: the authors of what it newly covers are told, and for `read` one's own other devices. */
  #raise(room: Room, kind: 'read' | 'delivered', user: string, seq: number, origin?: Session): void {
    const { conv, entries, members } = room;
    const before = room[kind].get(user) ?? 0;
    if (seq <= before && !this.world.forgets('never fall')) return;
    if (kind === 'read' && origin !== undefined && this.world.forgets('send is no ack')) {
      this.#acked.get(`${user} ${origin.device}`)?.set(conv, seq);
    }
    if (!(this.world.forgets('own unread') && entries[seq - 1]?.from === user)) room[kind].set(user, seq);
    if (members.size > this.settings.receiptsMembers) return;
    const lowest = this.world.forgets('newly covered') ? 0 : Math.max(before, seq - newestCovered);
    const from = Math.min(lowest, seq - 1);
    const authors = new Set(entries.slice(from, seq).map((entry) => entry.from));
    if (this.world.forgets('authors')) for (const member of members.keys()) authors.add(member);
    if (!this.world.forgets('oneself')) authors.delete(user);
    const hearers = [...authors].filter((author) => members.has(author)).flatMap((one) => this.sessionsOf(one));
    if (kind === 'read') hearers.push(...this.sessionsOf(user).filter((session) => session !== origin));
    for (const session of hearers) session.send({ t: kind, conv, user, seq });
  }

  typing(session: Session, conv: string): void {
    const { user = '' } = session;
    const room = this.world.rooms.get(conv);
    if (!room?.members.has(user) && !this.world.forgets('typing of strangers')) return;
    const key = `${user} ${conv}`;
    if (Date.now() - (this.#typedAt.get(key) ?? 0) < this.settings.typingMs) return;
    this.#typedAt.set(key, Date.now());
    const others = [...(room?.members.keys() ?? [])].filter((name) => name !== user);
    for (const one of others.flatMap((name) => this.sessionsOf(name))) one.send({ t: 'typing', conv, user });
  }
}
