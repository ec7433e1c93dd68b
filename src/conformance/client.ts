/** A user's device on one connection: hello, and the requests of docs/protocol.md with their answers. */
import type { ErrorCode } from '#contract/errors';
import type { ErrorFrame, FrameOf, ServerFrame } from '#contract/frames';
import { Link } from '#conformance/link';
import type { LinkOptions, Sent } from '#conformance/link';
import { randomName } from '#conformance/tokens';
import type { Person } from '#conformance/tokens';
import { must, shown, Unmet } from '#conformance/unmet';

export interface ClientOptions extends LinkOptions {
  readonly person: Person;
  readonly device: string;
  /** Conversations of this check. Messages of others are acknowledged, so that they are not in the way. */
  readonly ours: Set<string>;
}

export interface Range {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
}

export interface Change {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/** A new id of the sort that clients make. */
export const newId = (): string => `id-${randomName()}`;

export class Client extends Link {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    super(options);
    this.#options = options;
  }

  get person(): Person {
    return this.#options.person;
  }

  get user(): string {
    return this.#options.person.name;
  }

  get device(): string {
    return this.#options.device;
  }

  /** Says hello and waits for `welcome`. */
  async hello(cursors?: Readonly<Record<string, number>>): Promise<FrameOf<'welcome'>> {
    const { person, device } = this.#options;
    const before = this.all('welcome').length;
    this.send({ t: 'hello', token: person.token, device, ...(cursors === undefined ? {} : { cursors }) });
    return this.until(() => this.all('welcome')[before], 'a frame `welcome`');
  }

  /** The answer of type `t` to a request: the next frame that carries its id. */
  async ask<T extends ServerFrame['t']>(t: T, frame: Sent): Promise<FrameOf<T>> {
    const answer = await this.answer(frame);
    if (answer.t !== t) throw new Unmet(`\`${t}\` as the answer to ${shown(frame)}`, shown(answer));
    return answer as FrameOf<T>;
  }

  /** Refused with this code, and without effect. */
  async refused(code: ErrorCode, frame: Sent): Promise<ErrorFrame> {
    const answer = await this.answer(frame);
    must(answer.t === 'error', `the error ${code} for ${shown(frame)}`, answer);
    must(answer.code === code && answer.effect === 'none', `the error ${code} with effect none`, answer);
    return answer;
  }

  /** The next error without an id that is about a frame of this type. */
  async refusedOf(code: ErrorCode, frame: Sent): Promise<ErrorFrame> {
    const before = this.all('error').length;
    this.send(frame);
    const error = await this.until(
      () =>
        this.all('error')
          .slice(before)
          .find(({ of }) => of === frame.t),
      `the error ${code} for ${shown(frame)}`,
    );
    must(error.code === code && error.effect === 'none', `the error ${code} with effect none`, error);
    return error;
  }

  private answer(frame: Sent): Promise<ServerFrame> {
    const { id } = frame;
    const before = this.frames.length;
    this.send(frame);
    const isAnswer = (came: ServerFrame): boolean => 'id' in came && came.id === id && came.t !== 'message';
    return this.until(() => this.frames.slice(before).find(isAnswer), `an answer to ${shown(frame)}`);
  }

  /** Opens a conversation that belongs to this check. */
  async open(members: readonly string[], title?: string, id = newId()): Promise<FrameOf<'opened'>> {
    const opened = await this.ask('opened', { t: 'open', id, members, ...(title === undefined ? {} : { title }) });
    this.#options.ours.add(opened.conv);
    return opened;
  }

  say(conv: string, body = 'a word', more: Readonly<Record<string, unknown>> = {}): Promise<FrameOf<'stored'>> {
    return this.ask('stored', { t: 'send', id: newId(), conv, body, ...more });
  }

  /** Sends all at once; the answers, in the order of the sends. */
  async sayMany(conv: string, count: number, bodyOf = (n: number) => `word ${n}`): Promise<FrameOf<'stored'>[]> {
    const ids = Array.from({ length: count }, newId);
    const sayIt = (id: string, n: number) => this.send({ t: 'send', id, conv, body: bodyOf(n) });
    const before = this.frames.length;
    ids.forEach(sayIt);
    const mine = new Set(ids);
    const stored = await this.until(() => {
      const came = this.all('stored').filter(({ id }) => mine.has(id));
      const refused = this.frames.slice(before).find((one) => one.t === 'error' && mine.has(one.id ?? ''));
      if (refused !== undefined) throw new Unmet(`${count} sends stored`, shown(refused));
      return came.length >= count ? came : undefined;
    }, `${count} frames \`stored\``);
    return stored;
  }

  history(conv: string, range: Range = {}): Promise<FrameOf<'history'>> {
    return this.ask('history', { t: 'history', id: newId(), conv, ...range });
  }

  inbox(more: Readonly<Record<string, unknown>> = {}): Promise<FrameOf<'inbox'>> {
    return this.ask('inbox', { t: 'inbox', id: newId(), ...more });
  }

  members(conv: string, change: Change = {}): Promise<FrameOf<'members'>> {
    return this.ask('members', { t: 'members', id: newId(), conv, ...change });
  }

  ack(conv: string, seq: number): void {
    this.send({ t: 'ack', conv, seq });
  }

  read(conv: string, seq: number): void {
    this.send({ t: 'read', conv, seq });
  }

  messages(conv: string): FrameOf<'message'>[] {
    return this.all('message').filter((one) => one.conv === conv);
  }

  /** The numbers of the `message`s of a conversation, as they came. */
  seqs(conv: string): number[] {
    return this.messages(conv).map(({ seq }) => seq);
  }

  /** As many `message`s of the conversation have come. */
  async gets(conv: string, count: number): Promise<FrameOf<'message'>[]> {
    const enough = (): FrameOf<'message'>[] | undefined => {
      const came = this.messages(conv);
      return came.length >= count ? came : undefined;
    };
    return this.until(enough, `${count} frames \`message\` of the conversation`);
  }

  message(conv: string, seq: number): Promise<FrameOf<'message'>> {
    return this.expect('message', (one) => one.conv === conv && one.seq === seq);
  }

  /** Everything that was sent before is taken in: the server has answered a ping. */
  async taken(): Promise<void> {
    const before = this.all('pong').length;
    this.send({ t: 'ping' });
    await this.until(() => this.all('pong')[before], 'a frame `pong`');
  }

  protected override heard(frame: ServerFrame): void {
    if (frame.t === 'message' && !this.#options.ours.has(frame.conv)) this.ack(frame.conv, frame.seq);
  }
}
