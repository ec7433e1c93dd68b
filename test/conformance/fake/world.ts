// All that the little server holds: conversations with their entries, members, ids and positions. No sockets.
import type { WireMessage } from '#contract/frames';
import type { ErrorCode } from '#contract/errors';
import type { Forgotten, Settings } from '#test/conformance/fake/settings';

export class Refusal extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly retryAfterMs?: number,
  ) {
    super(code);
  }
}

interface Membership {
  since: number;
  /** Place in the order of standing. */
  readonly place: number;
}

export interface Room {
  readonly conv: string;
  readonly kind: 'direct' | 'group';
  readonly title: string | undefined;
  readonly creator: string;
  readonly createdAt: number;
  readonly members: Map<string, Membership>;
  readonly entries: WireMessage[];
  readonly ids: Map<string, WireMessage>;
  readonly read: Map<string, number>;
  readonly delivered: Map<string, number>;
}

export interface Range {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly sinceAt?: number | undefined;
  readonly limit?: number | undefined;
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export class World {
  readonly rooms = new Map<string, Room>();
  readonly #byOpening = new Map<string, Room>();
  #mids = 0;
  #places = 0;
  #lastAt = 0;

  constructor(
    readonly settings: Settings,
    readonly forgotten: Forgotten | undefined,
  ) {}

  forgets(what: Forgotten): boolean {
    return this.forgotten === what;
  }

  /** Rises by at least one with each call, so that order shows. */
  now(): number {
    this.#lastAt = Math.max(Date.now(), this.#lastAt + 1);
    return this.#lastAt;
  }

  /** The conversation of a member. */
  room(user: string, conv: string): Room & { readonly since: number } {
    const room = this.rooms.get(conv);
    const member = room?.members.get(user);
    if (room === undefined || (member === undefined && !this.forgets('members only'))) {
      throw new Refusal('conversation.forbidden');
    }
    return { ...room, since: member?.since ?? 1 };
  }

  roomsOf(user: string): Room[] {
    return [...this.rooms.values()].filter(({ members }) => members.has(user));
  }

  open(user: string, id: string, names: readonly string[], title: string | undefined): { room: Room; isNew: boolean } {
    const others = [...new Set(names)].filter((name) => name !== user);
    const [other] = others;
    if (other === undefined) throw new Refusal('conversation.too_few_members');
    if (others.length + 1 > this.settings.membersMax) throw new Refusal('conversation.too_many_members');
    const isDirect = others.length === 1 && (title === undefined || this.forgets('titles of pairs'));
    const key = this.#keyOf(isDirect, user, other, id);
    const there = this.#byOpening.get(key);
    if (there !== undefined) {
      if (!there.members.has(user) && !this.forgets('leaving')) throw new Refusal('conversation.forbidden');
      return { room: there, isNew: false };
    }
    const room = this.#create(isDirect ? 'direct' : 'group', user, [user, ...others], title);
    this.#byOpening.set(key, room);
    return { room, isNew: true };
  }

  #keyOf(isDirect: boolean, user: string, other: string, id: string): string {
    if (isDirect) return this.forgets('one direct conversation') ? id : [user, other].sort().join(' ');
    if (this.forgets('ids of groups')) return String(this.#places);
    return this.forgets('users of groups') ? id : `${user} / ${id}`;
  }

  #create(kind: Room['kind'], creator: string, founders: readonly string[], title: string | undefined): Room {
    const conv = `${kind}-${(this.rooms.size + 1).toString(36)}-${creator.slice(-12)}`.padEnd(24, '.');
    const members = new Map(founders.map((user) => [user, { since: 1, place: (this.#places += 1) }]));
    const [ids, read, delivered] = [
      new Map<string, WireMessage>(),
      new Map<string, number>(),
      new Map<string, number>(),
    ];
    const room = { conv, kind, title, creator, createdAt: this.now(), members, entries: [], ids, read, delivered };
    this.rooms.set(conv, room);
    return room;
  }

  /** The entry under this id: the first one, or a new one. */
  append(user: string, device: string, draft: Omit<WireMessage, 'seq' | 'mid' | 'from' | 'at'>) {
    const { conv, id } = draft;
    const early = this.rooms.get(conv)?.ids.get(this.#idOf(user, device, conv, id));
    if (this.forgets('membership first') && early !== undefined) return { entry: early, isNew: false };
    const room = this.rooms.get(conv);
    this.room(user, conv);
    if (room === undefined) throw new Refusal('conversation.forbidden');
    const key = this.#idOf(user, device, conv, id);
    const there = room.ids.get(key);
    if (there !== undefined && !(this.forgets('ids of HTTP') && device === 'http')) {
      const kept = this.forgets('the first body') ? this.#replace(room, there, draft.body) : there;
      return { entry: kept, isNew: false };
    }
    const entry: WireMessage = { seq: room.entries.length + 1, mid: this.#mid(), from: user, at: this.now(), ...draft };
    room.entries.push(entry);
    room.ids.set(key, entry);
    return { entry, isNew: true };
  }

  #replace(room: Room, entry: WireMessage, body: string): WireMessage {
    const changed = { ...entry, body };
    room.entries[entry.seq - 1] = changed;
    return changed;
  }

  #idOf(user: string, device: string, conv: string, id: string): string {
    if (this.forgets('ids')) return String((this.#places += 1));
    if (this.forgets('ids by user')) return id;
    if (this.forgets('ids by device')) return `${user} ${device} ${id}`;
    if (this.forgets('ids as sent')) return `${user} ${id.toLowerCase()}`;
    if (this.forgets('ids by conversation')) this.#spread(user, conv, id);
    return `${user} ${id}`;
  }

  /** An id of another conversation counts here as well. */
  #spread(user: string, conv: string, id: string): void {
    const here = this.rooms.get(conv);
    for (const room of this.rooms.values()) {
      const entry = room.ids.get(`${user} ${id}`);
      if (entry !== undefined) here?.ids.set(`${user} ${id}`, entry);
    }
  }

  #mid(): string {
    let text = '';
    for (let rest = (this.#mids += 1), n = 0; n < 16; n += 1, rest = Math.floor(rest / 32)) {
      text = `${alphabet[rest % 32] ?? '0'}${text}`;
    }
    return `01JABCDEFG${text}`;
  }

  /** What of a change is one; refused where it is not the user's to do. */
  change(user: string, conv: string, add: readonly string[], remove: readonly string[]) {
    const room = this.room(user, conv);
    const isChange = add.length + remove.length > 0;
    if (room.kind === 'direct' && isChange && !this.forgets('direct')) throw new Refusal('conversation.direct');
    const added = [...new Set(add)].filter((name) => !room.members.has(name) || this.forgets('no change'));
    const removed = [...new Set(remove)].filter((name) => room.members.has(name));
    const mayNot = removed.some((name) => name !== user) && this.#chief(room) !== user;
    if (mayNot && !this.forgets('rights to remove')) throw new Refusal('conversation.forbidden');
    const size = room.members.size + added.length - removed.length;
    if (added.length > 0 && size > this.settings.membersMax) throw new Refusal('conversation.too_many_members');
    return { added, removed };
  }

  #chief({ creator, members }: Room): string {
    if (members.has(creator)) return creator;
    const standing = this.usersOf(members);
    return (this.forgets('standing') ? standing.at(-1) : standing[0]) ?? '';
  }

  /** In order of standing. */
  usersOf(members: Room['members']): string[] {
    return [...members].sort(([, one], [, other]) => one.place - other.place).map(([user]) => user);
  }

  /** Applies a change that was stored as number `seq`. */
  apply(conv: string, seq: number, added: readonly string[], removed: readonly string[]): void {
    const room = this.rooms.get(conv);
    for (const user of added) {
      const wasIn = room?.ids.has(`was in ${user}`) ?? false;
      const since = wasIn && this.forgets('since again') ? 1 : seq;
      room?.members.set(user, { since, place: (this.#places += 1) });
      room?.read.set(user, Math.max(room.read.get(user) ?? 0, this.forgets('unread since') ? 0 : seq - 1));
    }
    for (const user of removed) {
      room?.members.delete(user);
      const entry = room?.entries[0];
      if (entry !== undefined) room?.ids.set(`was in ${user}`, entry);
    }
    if (room?.members.size === 0) this.rooms.delete(conv);
  }

  page(user: string, conv: string, range: Range): { messages: readonly WireMessage[]; more: boolean } {
    const { entries, since: joined } = this.room(user, conv);
    const since = this.forgets('since of history') ? 1 : joined;
    const { after, before, sinceAt, limit = this.settings.historyLimit } = range;
    const low = after === undefined ? 0 : this.forgets('exact bounds') ? after - 1 : after;
    const high = before ?? Number.POSITIVE_INFINITY;
    const inRange = ({ seq, at }: WireMessage) => seq >= since && seq > low && seq < high && at >= (sinceAt ?? 0);
    const all = entries.filter(inRange);
    const isUp = after !== undefined || sinceAt !== undefined;
    const page = isUp ? all.slice(0, limit) : all.slice(-limit);
    const fitting = this.#fitting(page, isUp);
    return { messages: fitting, more: fitting.length < all.length };
  }

  #fitting(page: readonly WireMessage[], isUp: boolean): readonly WireMessage[] {
    let bytes = 0;
    const inOrder = isUp ? page : [...page].reverse();
    const fitting = inOrder.filter((entry) => (bytes += JSON.stringify(entry).length) <= this.settings.pageBytes);
    return isUp ? fitting : fitting.reverse();
  }

  inbox(user: string, limit = this.settings.inboxLimit, from = 0) {
    const items = this.roomsOf(user).map((room) => this.#itemOf(user, room));
    if (!this.forgets('order of the inbox')) items.sort((one, other) => other.at - one.at);
    const end = from + limit;
    return { items: items.slice(from, end), ...(end < items.length ? { next: `${end}_page` } : {}) };
  }

  #itemOf(user: string, { conv, kind, title, members, entries, read, createdAt }: Room) {
    const last = entries.at(-1);
    const others = this.usersOf(members).filter((name) => name !== user);
    const shownTitle = title === undefined ? {} : { title };
    const base = this.forgets('unread') ? 0 : (read.get(user) ?? 0);
    return {
      conv,
      kind,
      ...shownTitle,
      members: others.slice(0, this.settings.inboxOthers),
      since: members.get(user)?.since ?? 1,
      seq: entries.length,
      at: last?.at ?? createdAt,
      preview: [...(last?.body ?? '')].slice(0, this.settings.previewLength).join(''),
      unread: entries.length - base,
    };
  }

  share(one: string, other: string): boolean {
    return this.forgets('sharing') || this.roomsOf(one).some(({ members }) => members.has(other));
  }
}
