/**
 * A client in virtual time, as stubborn as the one that the process tests use, and recorded in the same way, so that
 * one checker judges both. It speaks bytes through a simulated socket and knows nothing of the server.
 */
import type { Clock, Random } from '#contract/ports/system';
import { Book } from '#test/e2e/driver/book';
import type {
  ClientFrame,
  FrameNamed,
  InboxItem,
  Message,
  Presence,
  Refusal,
  Request,
  ServerFrame,
} from '#test/e2e/driver/frames';
import type { ConnectionRecord, Log, Recording } from '#test/e2e/driver/log';
import type { SimulatedNode } from '#test/nodes/node';
import { SimulatedSocket } from '#test/nodes/socket';

export interface ClientWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A node that takes connections; undefined while none does. */
  readonly pickNode: () => SimulatedNode | undefined;
  readonly nextName: (prefix: string) => string;
}

export class SimulatedClient {
  readonly recording: Recording;
  readonly books = new Map<string, Book>();
  /** Unanswered requests, in the order in which they were made. */
  readonly pending = new Map<string, Request>();
  /** Conversations this device believes to be in. */
  readonly conversations = new Set<string>();
  /** What was shown last of users that are watched. */
  readonly presence = new Map<string, Presence>();
  ready = false;
  readonly #world: ClientWorld;
  #socket: SimulatedSocket | undefined;
  #record: ConnectionRecord | undefined;
  #welcomed = false;
  #gone = false;
  readonly #toAcknowledge = new Set<string>();
  readonly #onAnswer = new Map<string, (frame: ServerFrame) => void>();

  constructor(
    readonly user: string,
    readonly device: string,
    world: ClientWorld,
  ) {
    this.#world = world;
    this.recording = world.log.recording(user, device);
  }

  /** Comes (back) after a random wait. */
  connectSoon(longestMs: number): void {
    this.#world.clock.schedule(this.#world.random.int(longestMs), () => this.#connect());
  }

  /** The network to the server goes. */
  cut(): void {
    this.#socket?.cut();
  }

  ask(request: Request): void {
    this.pending.set(request.id, request);
    if (this.#welcomed) this.#transmit(request);
  }

  /** Says something that nobody answers; lost while there is no connection. */
  say(frame: ClientFrame): void {
    if (this.#welcomed) this.#transmit(frame);
  }

  /** The whole inbox, page by page. */
  readInbox(done: (items: readonly InboxItem[]) => void): void {
    const items: InboxItem[] = [];
    const next = (from: { page?: string }): void => {
      const id = this.#world.nextName('inbox-000');
      this.#onAnswer.set(id, (frame) => {
        if (frame.t !== 'inbox') return;
        items.push(...frame.items);
        // One without messages that was there before this device is announced by nothing else.
        for (const { conv } of frame.items) this.conversations.add(conv);
        if (frame.next !== undefined) return next({ page: frame.next });
        this.#agree(items);
        done(items);
      });
      this.ask({ t: 'inbox', id, limit: 2, ...from });
    };
    next({});
  }

  /** One that it never named to the server, and that the whole inbox does not show, it was removed from while away. */
  #agree(items: readonly InboxItem[]): void {
    const there = new Set(items.map(({ conv }) => conv));
    for (const conv of this.conversations)
      if (!there.has(conv) && (this.books.get(conv)?.cursor ?? -1) < 0) this.conversations.delete(conv);
  }

  /** All that the user may read of a conversation, page by page. */
  readAll(conv: string, done: (since: number, messages: readonly Message[]) => void): void {
    const id = this.#world.nextName('members-');
    const messages: Message[] = [];
    const next = (since: number, after: number): void => {
      const page = this.#world.nextName('history-');
      this.#onAnswer.set(page, (frame) => {
        if (frame.t !== 'history') return;
        messages.push(...frame.messages);
        if (frame.more) next(since, messages.at(-1)?.seq ?? 0);
        else done(since, messages);
      });
      this.ask({ t: 'history', id: page, conv, after, limit: 100 });
    };
    this.#onAnswer.set(id, (frame) => frame.t === 'members' && next(frame.since, 0));
    this.ask({ t: 'members', id, conv });
  }

  #connect(): void {
    if (this.#socket !== undefined) return;
    const { clock, random, log, pickNode, nextName } = this.#world;
    const node = pickNode();
    if (node === undefined) return this.connectSoon(200);
    const record: ConnectionRecord = { cursors: null, traffic: [], closed: null };
    this.recording.connections.push(record);
    this.#record = record;
    log.note(`${this.user}/${this.device} connects to ${node.name} at ${clock.now()}`);
    const socket: SimulatedSocket = new SimulatedSocket(
      nextName('c'),
      node,
      {
        onText: (text) => this.#socket === socket && this.#receive(JSON.parse(text) as ServerFrame),
        onClose: (code) => this.#socket === socket && this.#closed(code),
      },
      clock,
      random,
    );
    this.#socket = socket;
    const named = [...this.books].filter(([, book]) => book.cursor >= 0);
    const cursors = Object.fromEntries(named.map(([conv, book]) => [conv, book.cursor]));
    record.cursors = new Map(Object.entries(cursors));
    this.#transmit({ t: 'hello', token: this.user, device: this.device, cursors });
  }

  /** Goes for good. */
  leave(): void {
    this.#gone = true;
    this.cut();
  }

  #closed(code: number): void {
    if (this.#record !== undefined) this.#record.closed = { code, reason: '' };
    this.#socket = undefined;
    this.#welcomed = false;
    this.ready = false;
    if (code < 4100 && !this.#gone) this.connectSoon(300);
  }

  #transmit(frame: ClientFrame): void {
    this.#record?.traffic.push({ n: this.#world.log.tick(), dir: 'out', frame });
    this.#socket?.send(JSON.stringify(frame));
  }

  #receive(frame: ServerFrame): void {
    this.#record?.traffic.push({ n: this.#world.log.tick(), dir: 'in', frame });
    switch (frame.t) {
      case 'welcome':
        this.#welcomed = true;
        for (const request of this.pending.values()) this.#transmit(request);
        return;
      case 'ready':
        this.ready = true;
        return;
      case 'stored':
        this.#hold(frame.conv, frame.seq);
        this.pending.delete(frame.id);
        return;
      case 'message':
        return this.#message(frame);
      case 'resumed':
        return this.#resumed(frame);
      case 'opened':
        this.conversations.add(frame.conv);
        if (frame.id === undefined || frame.seq < frame.since) this.#book(frame.conv).startAt(frame.since);
        if (frame.id !== undefined) this.pending.delete(frame.id);
        return;
      case 'members':
      case 'history':
      case 'inbox':
        return this.#answered(frame);
      case 'presence':
        this.presence.set(frame.user, frame);
        return;
      case 'removed':
        this.books.delete(frame.conv);
        this.conversations.delete(frame.conv);
        return;
      case 'error':
        return this.#refused(frame);
      case 'server_maintenance':
        return this.#moveOn(frame.reconnectWithinMs);
      default:
        return;
    }
  }

  /** The node is to be emptied: goes elsewhere at a random moment, before it is cut. */
  #moveOn(withinMs: number): void {
    const socket = this.#socket;
    this.#world.clock.schedule(this.#world.random.int(withinMs), () => {
      if (this.#socket === socket) socket?.cut();
    });
  }

  #message(frame: FrameNamed<'message'>): void {
    const book = this.#book(frame.conv);
    if (book.cursor < 0) book.startAt(frame.seq);
    this.conversations.add(frame.conv);
    this.#hold(frame.conv, frame.seq);
    if (frame.from === this.user && this.pending.get(frame.id)?.t === 'send') this.pending.delete(frame.id);
  }

  #resumed({ conv, from, to, recovered }: FrameNamed<'resumed'>): void {
    const book = this.#book(conv);
    this.conversations.add(conv);
    book.startAt(from);
    if (recovered) return;
    book.dropAbove(Math.max(to, from - 1));
    if (to >= from) this.#readGap(conv, from - 1, to);
  }

  /** An announced gap, page by page. */
  #readGap(conv: string, after: number, to: number): void {
    const id = this.#world.nextName('history-');
    this.#onAnswer.set(id, (frame) => {
      if (frame.t !== 'history') return;
      for (const { seq } of frame.messages) if (seq <= to) this.#hold(conv, seq);
      const last = frame.messages.at(-1)?.seq ?? to;
      if (frame.more && last < to) this.#readGap(conv, last, to);
    });
    this.ask({ t: 'history', id, conv, after, limit: 50 });
  }

  #answered(frame: FrameNamed<'members'> | FrameNamed<'history'> | FrameNamed<'inbox'>): void {
    this.pending.delete(frame.id);
    this.#onAnswer.get(frame.id)?.(frame);
    this.#onAnswer.delete(frame.id);
  }

  #refused(frame: Refusal): void {
    const request = frame.id === undefined ? undefined : this.pending.get(frame.id);
    if (request === undefined) return;
    const again = frame.effect === 'unknown' || frame.retryAfterMs !== undefined;
    if (!again) return void this.pending.delete(request.id);
    this.#world.clock.schedule(frame.retryAfterMs ?? 100, () => {
      if (this.#welcomed && this.pending.has(request.id)) this.#transmit(request);
    });
  }

  #book(conv: string): Book {
    const book = this.books.get(conv) ?? new Book();
    this.books.set(conv, book);
    return book;
  }

  /** Held, and acknowledged a little later, several at once. */
  #hold(conv: string, seq: number): void {
    this.#book(conv).hold(seq);
    if (this.#toAcknowledge.has(conv)) return;
    this.#toAcknowledge.add(conv);
    this.#world.clock.schedule(this.#world.random.int(60), () => {
      this.#toAcknowledge.delete(conv);
      const cursor = this.books.get(conv)?.cursor ?? 0;
      if (cursor > 0 && this.#welcomed) this.#transmit({ t: 'ack', conv, seq: cursor });
    });
  }
}
