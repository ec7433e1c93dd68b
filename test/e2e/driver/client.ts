/**
 * A client as somebody outside would write it from docs/protocol.md: one device of one user, through as many
 * connections as it takes. It resumes by cursors, repeats what was unanswered under the same ids, acknowledges as told,
 * reads announced gaps, and keeps a record of everything for the checker.
 */
import { Acks } from '#test/e2e/driver/acks';
import type { AckPolicy } from '#test/e2e/driver/acks';
import { Book } from '#test/e2e/driver/book';
import { Connection } from '#test/e2e/driver/connection';
import type {
  ClientFrame,
  FrameNamed,
  HistoryBounds,
  HistoryPage,
  InboxItem,
  InboxPage,
  MembersAre,
  Message,
  Opened,
  Refusal,
  Request,
  Resumed,
  Send,
  ServerFrame,
  Welcome,
} from '#test/e2e/driver/frames';
import type { Closed, Log, Recording } from '#test/e2e/driver/log';
import { Pending } from '#test/e2e/driver/pending';
import type { Numbered } from '#test/e2e/driver/pending';
import type { Random } from '#test/e2e/driver/random';
import { sleep, until } from '#test/e2e/driver/wait';

export interface ClientOptions {
  /** Where the server is now; undefined while it is down. */
  readonly url: () => string | undefined;
  readonly user: string;
  readonly device?: string;
  readonly token: string;
  readonly log: Log;
  readonly ack?: AckPolicy;
  /** Present: comes back by itself after waits drawn from here, and repeats what failed for now. */
  readonly stubborn?: Random;
  /** Hears every frame, after the client has dealt with it. */
  readonly onFrame?: (frame: ServerFrame) => void;
}

const mayComeBack = (code: number): boolean => code < 4100 && ![1003, 1007, 1009].includes(code);

export class Client {
  readonly user: string;
  readonly device: string;
  readonly recording: Recording;
  readonly books = new Map<string, Book>();
  /** Answers to sends, by id. */
  readonly stored = new Map<string, Numbered>();
  readonly pending = new Pending();
  readonly #options: ClientOptions;
  readonly #acks: Acks;
  #connection: Connection | undefined;
  readonly #name: string;
  #asked = 0;
  isReady = false;
  #isDone = false;
  /** Connections in a row that ended before they were ready. */
  #failures = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.user = options.user;
    this.device = options.device ?? 'd1';
    this.recording = options.log.recording(this.user, this.device);
    this.#name = `c${options.log.recordings.length}`;
    this.#acks = new Acks(options.ack ?? { every: 1, withinMs: 0 }, (conv) => this.#acknowledge(conv));
  }

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error(`${this.user} is not connected`);
    return this.#connection;
  }

  /** Connects, says hello, repeats what is unanswered; settles with `ready`. */
  async connect(): Promise<Welcome> {
    const url = this.#options.url();
    if (url === undefined) throw new Error('the server is down');
    const connection = new Connection(url, this.#options.log, { onFrame: (frame) => this.#receive(frame) });
    this.recording.connections.push(connection.record);
    this.#connection = connection;
    this.#acks.forget();
    void connection.closed.then((closed) => this.#lost(connection, closed));
    await connection.opened;
    connection.send({ t: 'hello', token: this.#options.token, device: this.device, cursors: this.#cursors() });
    await connection.expect('ready', () => true, 20_000);
    return connection.expect('welcome');
  }

  #cursors(): Record<string, number> {
    const known = [...this.books].filter(([, book]) => book.cursor >= 0).map(([conv, { cursor }]) => [conv, cursor]);
    return Object.fromEntries(known.slice(-500)) as Record<string, number>;
  }

  #lost(connection: Connection, { code }: Closed): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.#failures = this.isReady ? 0 : this.#failures + 1;
    this.isReady = false;
    const { stubborn } = this.#options;
    if (stubborn && !this.#isDone && mayComeBack(code)) void this.#comeBack(stubborn);
  }

  /** A connection that ends while it resumes comes here again by itself; one that never opened does not. */
  async #comeBack(random: Random): Promise<void> {
    // Longer each time: a server that turns everyone away is not helped by more of them.
    do await sleep(random.between(0, Math.min(40 * 2 ** this.#failures, 2_000)));
    while (this.#options.url() === undefined && !this.#isDone);
    if (!this.#isDone) await this.connect().catch(() => undefined);
  }

  /** Cuts the connection without a word. */
  cut(): Promise<Closed> {
    const connection = this.connection;
    connection.cut();
    return connection.closed;
  }

  /** Leaves for good. */
  stop(): void {
    this.#isDone = true;
    this.#acks.forget();
    this.#connection?.cut();
  }

  send(conv: string, body: string, more: { id?: string; meta?: Send['meta'] } = {}): Promise<Numbered> {
    const { id = this.#id(), meta } = more;
    return this.#ask({ t: 'send', id, conv, body, ...(meta && { meta }) }) as Promise<Numbered>;
  }

  open(members: readonly string[], more: { id?: string; title?: string } = {}): Promise<Opened> {
    return this.#ask({ t: 'open', id: this.#id(), members, ...more }) as Promise<Opened>;
  }

  members(conv: string, change: { add?: string[]; remove?: string[] } = {}): Promise<MembersAre> {
    return this.#ask({ t: 'members', id: this.#id(), conv, ...change }) as Promise<MembersAre>;
  }

  history(conv: string, bounds: HistoryBounds = {}): Promise<HistoryPage> {
    return this.#ask({ t: 'history', id: this.#id(), conv, ...bounds }) as Promise<HistoryPage>;
  }

  /** Says something that nobody answers; lost while there is no connection. */
  say(frame: ClientFrame): void {
    const connection = this.#connection;
    if (connection?.isOpen && this.isReady) connection.send(frame);
  }

  /** The whole inbox, page by page. */
  async wholeInbox(): Promise<InboxItem[]> {
    const items: InboxItem[] = [];
    for (let page: { page?: string } | undefined = {}; page !== undefined;) {
      const answer: InboxPage = await this.inbox({ limit: 100, ...page });
      items.push(...answer.items);
      page = answer.next === undefined ? undefined : { page: answer.next };
    }
    return items;
  }

  inbox(page: { limit?: number; page?: string } = {}): Promise<InboxPage> {
    return this.#ask({ t: 'inbox', id: this.#id(), limit: 100, ...page }) as Promise<InboxPage>;
  }

  /** All pages from `after` on. */
  async wholeHistory(conv: string, after = 0): Promise<Message[]> {
    const messages: Message[] = [];
    for (let more = true, last = after; more;) {
      const page = await this.history(conv, { after: last, limit: 200 });
      messages.push(...page.messages);
      last = page.messages.at(-1)?.seq ?? last;
      more = page.more;
      if (more && page.messages.length === 0) throw new Error(`${conv}: an empty page that promises more`);
    }
    return messages;
  }

  async ping(): Promise<void> {
    this.connection.send({ t: 'ping' });
    await this.connection.expect('pong');
  }

  /** Waits until everything up to `seq` is held. */
  holds(conv: string, seq: number, withinMs = 5_000): Promise<void> {
    const cursor = (): number => this.books.get(conv)?.cursor ?? -1;
    const what = (): string => `${this.user} holds ${conv} up to ${seq}, is at ${cursor()}`;
    return until(
      () => cursor() >= seq,
      () => `${what()}\n${this.#options.log.story(conv, 40)}`,
      withinMs,
    );
  }

  /** Unique in the run, and the same in the next run. */
  #id(): string {
    this.#asked += 1;
    return `${this.#name}-${String(this.#asked).padStart(6, '0')}`;
  }

  #ask(request: Request): Promise<ServerFrame | Numbered> {
    const answer = this.pending.add(request);
    this.#transmit(request);
    return answer;
  }

  /** Before `welcome` nothing but hello may go out; what is pending goes with it. */
  #transmit(request: Request): void {
    const connection = this.#connection;
    if (connection?.isOpen && connection.record.traffic.some(({ frame }) => frame.t === 'welcome'))
      connection.send(request);
  }

  #book(conv: string): Book {
    const book = this.books.get(conv) ?? new Book();
    this.books.set(conv, book);
    return book;
  }

  #receive(frame: ServerFrame): void {
    this.#take(frame);
    this.#options.onFrame?.(frame);
  }

  #take(frame: ServerFrame): void {
    switch (frame.t) {
      case 'welcome':
        return this.pending.requests.forEach((request) => this.#transmit(request));
      case 'ready':
        this.isReady = true;
        return;
      case 'stored':
        return this.#answered(frame);
      case 'queued':
        return void this.pending.queued.add(frame.id);
      case 'message':
        return this.#show(frame);
      case 'resumed':
        return this.#resumed(frame);
      case 'opened':
        if (frame.id === undefined || frame.seq < frame.since) this.#book(frame.conv).startAt(frame.since);
        return this.pending.answer(frame.id, frame);
      case 'members':
      case 'history':
      case 'inbox':
        return this.pending.answer(frame.id, frame);
      case 'removed':
        this.books.delete(frame.conv);
        return;
      case 'error':
        return this.#refused(frame);
      default:
        return;
    }
  }

  #answered({ id, conv, seq, mid, at }: Numbered): void {
    this.#book(conv).hold(seq);
    this.#acks.raise(conv);
    this.stored.set(id, { id, conv, seq, mid, at });
    this.pending.answer(id, { id, conv, seq, mid, at });
  }

  #show(message: FrameNamed<'message'>): void {
    const book = this.#book(message.conv);
    if (book.cursor < 0) book.startAt(message.seq);
    book.hold(message.seq);
    this.#acks.raise(message.conv);
    if (message.from === this.user && this.pending.get(message.id)?.t === 'send') this.#answered(message);
  }

  #resumed({ conv, from, to, recovered }: Resumed): void {
    const book = this.#book(conv);
    book.startAt(from);
    if (recovered) return;
    if (to < from) book.dropAbove(to);
    else void this.#readGap(conv, from, to).catch((why: Error) => this.#options.log.note(why.message));
  }

  async #readGap(conv: string, from: number, to: number): Promise<void> {
    for (const { seq } of await this.wholeHistory(conv, from - 1)) if (seq <= to) this.#book(conv).hold(seq);
    this.#acks.raise(conv);
  }

  #refused(frame: Refusal): void {
    const request = this.pending.get(frame.id ?? '');
    const isForNow = frame.effect === 'unknown' || frame.retryAfterMs !== undefined;
    if (request === undefined || !isForNow || !this.#options.stubborn) return this.pending.refuse(frame.id, frame);
    setTimeout(() => this.pending.get(request.id) && this.#transmit(request), frame.retryAfterMs ?? 100);
  }

  #acknowledge(conv: string): void {
    const cursor = this.books.get(conv)?.cursor ?? 0;
    if (cursor > 0 && this.#connection?.isOpen) this.#connection.send({ t: 'ack', conv, seq: cursor });
  }
}
