/**
 * The client: all its logic, and nothing of its surroundings. It is handed sockets, HTTP, time, chance and storage, so
 * that the same code runs in a browser, in Node, and in a simulation with a virtual clock.
 */
import type { Conv, Meta, Seq, User } from '#contract/conversation';
import type { ErrorFrame, FrameOf, HistoryFrame, SendFrame, ServerFrame, WireMessage } from '#contract/frames';
import { Acks } from '#client/acks';
import { Emitter } from '#client/events';
import type { ClientEvents } from '#client/events';
import { asHttp, fromHttp } from '#client/http-frames';
import type { LifeState } from '#client/life';
import { clientLimits } from '#client/limits';
import type { ClientLimits } from '#client/limits';
import { Link } from '#client/link';
import { Outbox } from '#client/outbox';
import type { ClientOptions, OutboxEntry, Saved } from '#client/ports';
import { Receipts } from '#client/receipts';
import { Requests } from '#client/requests';
import type { AnswerTo, Request, Result } from '#client/requests';
import { Saving } from '#client/saving';
import { Timelines } from '#client/timelines';
import { Timers } from '#client/timers';
import { Watching } from '#client/watching';

export class ClientCore {
  readonly #options: ClientOptions;
  readonly #limits: ClientLimits;
  readonly #emitter = new Emitter();
  readonly #timers: Timers;
  readonly #saving: Saving;
  readonly #outbox: Outbox;
  readonly #requests: Requests;
  readonly #acks: Acks;
  readonly #receipts: Receipts;
  readonly #watching: Watching;
  readonly #link: Link;
  readonly #timelines: Timelines;
  readonly #reads = new Map<Conv, Seq>();
  /** What was sent while the outbox of the last run is being read: it goes behind that. */
  #early: (() => void)[] | undefined = [];
  /** Not known while all that there ever was is polling. */
  #user: User = '';
  /** All that was missed has come: requests and sends may go. */
  #isReady = false;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#limits = clientLimits(options.limits, options.mobile);
    this.#timers = new Timers(options.clock);
    this.#saving = new Saving(options.storage);
    const shared = { timers: this.#timers, limits: this.#limits, random: options.random, saving: this.#saving };
    const emit = this.#emitter.emit.bind(this.#emitter);
    this.#outbox = new Outbox({
      ...shared,
      transmit: (frame) => this.#transmit(frame),
      state: ({ id, conv }, state, fault) =>
        emit('state', fault === undefined ? { id, conv, state } : { id, conv, state, fault }),
    });
    this.#requests = new Requests({ ...shared, transmit: (frame) => this.#transmit(frame) });
    this.#acks = new Acks(this.#timers, this.#limits, (conv) => this.#acknowledge(conv));
    this.#timelines = new Timelines({
      ...shared,
      show: (message) => emit('message', message),
      gap: (conv, from, to) => emit('gap', { conv, from, to }),
      rewound: (conv, to) => emit('rewound', { conv, to }),
      moved: (conv) => this.#acks.raise(conv),
      read: (conv, after, done) => this.#readPage(conv, after, done),
    });
    this.#receipts = new Receipts(this.#limits['receipts.tracked'], (event) => emit('state', event));
    this.#watching = new Watching(
      () => options.clock.now(),
      (event) => emit('presence', event),
    );
    this.#link = new Link({
      ...shared,
      ports: options,
      device: options.device,
      cursors: () => this.#timelines.cursors(this.#limits['cursors.named']),
      frame: (frame) => this.#receive(frame),
      lost: () => this.#lost(),
      caughtUp: () => this.#caughtUp(),
      changed: (state, code) => this.#changed(state, code),
    });
  }

  get state(): LifeState {
    return this.#link.state;
  }

  /** Messages that the server has not stored yet. */
  get unsent(): number {
    return this.#outbox.size;
  }

  /** Those messages, what an earlier run left included once it was read. */
  waiting(): OutboxEntry[] {
    return this.#outbox.entries();
  }

  /** Answers how to stop listening. */
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Reads what was saved, then connects. */
  start(): void {
    this.#options.storage.load((saved) => this.#restored(saved));
  }

  /** Ends the connection and every timer. What is not stored yet stays saved, for the next start. */
  stop(): void {
    this.#acks.settle();
    this.#link.stop();
  }

  /** Whether the platform has a network; also how a person asks for another try. */
  setOnline(isOnline: boolean): void {
    this.#link.setOnline(isOnline);
  }

  /** Answers the id of the message; `state` tells what becomes of it. An id of an earlier send is the same message. */
  send(conv: Conv, body: string, meta?: Meta, id = this.#options.newId()): string {
    const send = (): void => this.#outbox.send(id, conv, body, meta);
    if (this.#early === undefined) send();
    else this.#early.push(send);
    return id;
  }

  /** Asks, and goes on asking over reconnects, until `requests.withinMs` is over. */
  ask<R extends Request>(request: R, done: (result: Result<AnswerTo<R>>) => void): void {
    if (this.#link.state === 'closed')
      return done({ ok: false, fault: { code: 'client.closed', message: 'the client has ended', effect: 'none' } });
    // The answer to a request has the type that the protocol pairs with it.
    this.#requests.ask(request, (result) => done(result as Result<AnswerTo<R>>));
  }

  /** How far this person has read. Kept while there is no connection. */
  read(conv: Conv, seq: Seq): void {
    if (seq <= (this.#reads.get(conv) ?? 0)) return;
    this.#reads.set(conv, seq);
    if (this.#isReady && this.#link.send({ t: 'read', conv, seq })) this.#reads.delete(conv);
  }

  /** Lost while there is no connection. */
  typing(conv: Conv): void {
    this.#link.send({ t: 'typing', conv });
  }

  /** Whose presence is told, from now on and after each reconnect; replaces those watched before. */
  watch(users: readonly User[]): void {
    this.#watching.watch(users);
    if (this.#isReady) this.#link.send({ t: 'watch', users });
  }

  newId(): string {
    return this.#options.newId();
  }

  #restored({ outbox, cursors }: Saved): void {
    this.#timelines.restore(cursors);
    this.#outbox.restore(outbox);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const send of early) send();
    this.#link.start();
  }

  /** By socket, or by its twin over HTTP while polling. False: not now. */
  #transmit(frame: SendFrame | Request): boolean {
    // A gap is read while the replay waits for its acknowledgement; everything else comes after the replay.
    if (!this.#isReady && frame.t !== 'history') return false;
    if (this.#link.state !== 'polling') return this.#link.send(frame);
    this.#link.http({ ...asHttp(frame), withinMs: this.#limits['http.withinMs'] }, (answer) => {
      if (this.#link.state !== 'closed') this.#receive(fromHttp(frame, answer));
    });
    return true;
  }

  #receive(frame: ServerFrame): void {
    switch (frame.t) {
      case 'welcome':
        this.#user = frame.user;
        this.#acks.window = frame.ackWindow;
        return this.#requests.goOn();
      case 'ready':
        return this.#caughtUp();
      case 'stored':
        return this.#stored(frame);
      case 'queued':
        return this.#outbox.queued(frame.id);
      case 'message':
        return this.#message(frame);
      case 'resumed':
        return this.#timelines.of(frame.conv).resumed(frame);
      case 'opened':
        return this.#opened(frame);
      case 'members':
      case 'history':
      case 'inbox':
        return void this.#requests.answered(frame);
      case 'removed':
        return this.#removed(frame.conv);
      case 'error':
        return this.#refused(frame);
      default:
        return this.#told(frame);
    }
  }

  #told(frame: ServerFrame): void {
    const { conv = '', user = '' } = frame as { conv?: Conv; user?: User };
    if (frame.t === 'delivered' || frame.t === 'read') {
      this.#emitter.emit('receipt', { kind: frame.t, conv, user, seq: frame.seq });
      if (user !== this.#user) this.#receipts.reached(frame.t, conv, frame.seq);
    }
    if (frame.t === 'typing') this.#emitter.emit('typing', { conv, user });
    if (frame.t === 'presence') this.#watching.told(frame);
  }

  #stored({ id, conv, seq, mid, at }: FrameOf<'stored'>): void {
    const entry = this.#outbox.stored(id);
    // Of an earlier connection, and come by `message` since.
    if (entry === undefined) return;
    this.#receipts.stored(id, conv, seq);
    // Who we are is not known: what was sent over HTTP also comes as a message, and that says it.
    if (this.#user !== '') this.#timelines.of(conv).take(ownMessage(entry, this.#user, seq, mid, at));
  }

  #message({ t: _, ...message }: FrameOf<'message'>): void {
    const { conv, seq, from, id } = message;
    const timeline = this.#timelines.of(conv);
    timeline.begin(seq);
    const isOwn = from === this.#user || this.#user === '';
    if (isOwn && this.#outbox.stored(id) !== undefined) this.#receipts.stored(id, conv, seq);
    timeline.take(message);
  }

  #opened(frame: FrameOf<'opened'>): void {
    const timeline = this.#timelines.of(frame.conv);
    // Founded or joined just now: from the first number that we may see. Else what comes next; the rest is history.
    if (frame.id === undefined || frame.seq < frame.since) timeline.startAt(frame.since);
    else if (timeline.cursor < 0) timeline.startAt(frame.seq + 1);
    this.#emitter.emit('opened', frame);
    this.#requests.answered(frame);
  }

  #removed(conv: Conv): void {
    this.#timelines.forget(conv);
    this.#reads.delete(conv);
    this.#saving.save({ do: 'forget', conv });
    this.#outbox.forget(conv, { code: 'conversation.forbidden', message: 'not a member any more', effect: 'unknown' });
    this.#emitter.emit('removed', { conv });
  }

  #refused(frame: ErrorFrame): void {
    if (!this.#outbox.refused(frame)) this.#requests.refused(frame);
  }

  #caughtUp(): void {
    this.#isReady = true;
    this.#requests.goOn();
    this.#outbox.goOn();
    for (const [conv, seq] of this.#reads) if (this.#link.send({ t: 'read', conv, seq })) this.#reads.delete(conv);
    if (this.#watching.users.length > 0) this.#link.send({ t: 'watch', users: this.#watching.users });
    this.#emitter.emit('ready', { user: this.#user });
  }

  #changed(state: LifeState, code: number | undefined): void {
    this.#emitter.emit('connection', code === undefined ? { state } : { state, code });
    if (state !== 'closed') return;
    this.#requests.end();
    this.#timelines.end();
    this.#timers.endAll();
  }

  #lost(): void {
    this.#isReady = false;
    this.#outbox.lost();
    this.#requests.lost();
    this.#watching.lost();
  }

  #readPage(conv: Conv, after: Seq, done: (page: FrameOf<'history'> | undefined) => void): void {
    const request = { t: 'history', id: this.newId(), conv, after, limit: this.#limits['gap.page'] } as const;
    this.ask<HistoryFrame>(request, (result) => done(result.ok ? result.value : undefined));
  }

  #acknowledge(conv: Conv): void {
    const cursor = this.#timelines.cursor(conv);
    if (cursor < 0) return;
    this.#saving.save({ do: 'cursor', conv, seq: cursor });
    if (cursor > 0) this.#link.send({ t: 'ack', conv, seq: cursor });
  }
}

const ownMessage = (entry: OutboxEntry, from: User, seq: Seq, mid: string, at: number): WireMessage => {
  const { id, conv, body, meta } = entry;
  return { conv, seq, mid, from, id, body, at, ...(meta === undefined ? {} : { meta }) };
};
