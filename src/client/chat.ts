/** The client for apps: the core with promises around it. What becomes of things is told by events as well. */
import type { Conv, Meta, Seq, User } from '#contract/conversation';
import type { FrameOf } from '#contract/frames';
import type { Clock, TimeSource } from '#contract/ports/system';
import { ClientCore } from '#client/core';
import type { ClientEvents, ClientFault } from '#client/events';
import type { LifeState } from '#client/life';
import type { ClientLimits } from '#client/limits';
import type { ClientOptions, Http, OutboxEntry } from '#client/ports';
import type { AnswerTo, Request } from '#client/requests';

export interface ConnectOptions {
  /** `http://host:port` of the server. */
  readonly url: string;
  /** A token, or how to get one that is valid now: asked again before it ends, and on each reconnect. */
  readonly token: string | (() => string | Promise<string>);
  readonly device: string;
  /** Gives up after three tries, of connecting and of each send. */
  readonly mobile?: boolean;
  readonly limits?: Partial<ClientLimits>;
}

/** Why something failed; `code` is one of docs/protocol.md section 5, or `client.…`. */
export class ChatError extends Error {
  readonly code: string;
  readonly effect: ClientFault['effect'];

  constructor({ code, message, effect }: ClientFault) {
    super(`${code}: ${message}`);
    this.code = code;
    this.effect = effect;
  }
}

export interface Sent {
  readonly id: string;
  /** When the server has stored it, however long that takes. */
  readonly stored: Promise<{ readonly seq: Seq }>;
}

interface Waiter {
  readonly resolve: (stored: { readonly seq: Seq }) => void;
  readonly reject: (error: ChatError) => void;
}

export class Chat {
  readonly #core: ClientCore;
  readonly #waiters = new Map<string, Waiter>();

  constructor(options: ClientOptions) {
    this.#core = new ClientCore(options);
    this.#core.on('state', ({ id, state, seq, fault }) => {
      if (state === 'stored' && seq !== undefined) this.#waiters.get(id)?.resolve({ seq });
      else if (state === 'failed' && fault !== undefined) this.#waiters.get(id)?.reject(new ChatError(fault));
      else return;
      this.#waiters.delete(id);
    });
    this.#core.start();
  }

  get state(): LifeState {
    return this.#core.state;
  }

  /** Messages that the server has not stored yet. */
  get unsent(): number {
    return this.#core.unsent;
  }

  /** Those messages in the order of sending. What an earlier run left is among them from the first `connection` on. */
  waiting(): OutboxEntry[] {
    return this.#core.waiting();
  }

  /** An id for a message that is to be known before it is sent. */
  newId(): string {
    return this.#core.newId();
  }

  /** Answers how to stop listening. */
  on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void): () => void {
    return this.#core.on(name, listener);
  }

  /** Saved on this device, then sent until the server has it. The same `id` again is the same message. */
  send(conv: Conv, body: string, meta?: Meta, id = this.#core.newId()): Sent {
    const stored = new Promise<{ readonly seq: Seq }>((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
    // Whoever does not look at it hears of a failure by the event `state`.
    stored.catch(() => undefined);
    this.#core.send(conv, body, meta, id);
    return { id, stored };
  }

  /** The direct conversation with one user, or with a title or several users a new group. */
  open(members: readonly User[], title?: string): Promise<FrameOf<'opened'>> {
    const id = this.#core.newId();
    return this.#ask(title === undefined ? { t: 'open', id, members } : { t: 'open', id, members, title });
  }

  /** A page of at most `limit` (1 to 200) messages, ascending. Neither bound: the newest. */
  history(
    conv: Conv,
    bounds: { readonly after?: Seq; readonly before?: Seq } = {},
    limit = 50,
  ): Promise<FrameOf<'history'>> {
    return this.#ask({ t: 'history', id: this.#core.newId(), conv, limit, ...bounds });
  }

  inbox(limit = 20, page?: string): Promise<FrameOf<'inbox'>> {
    const id = this.#core.newId();
    return this.#ask(page === undefined ? { t: 'inbox', id, limit } : { t: 'inbox', id, limit, page });
  }

  /** Who is in; with `change` after that was made. */
  members(
    conv: Conv,
    { add = [], remove = [] }: { readonly add?: readonly User[]; readonly remove?: readonly User[] } = {},
  ): Promise<FrameOf<'members'>> {
    return this.#ask({ t: 'members', id: this.#core.newId(), conv, add, remove });
  }

  read(conv: Conv, seq: Seq): void {
    this.#core.read(conv, seq);
  }

  typing(conv: Conv): void {
    this.#core.typing(conv);
  }

  watch(users: readonly User[]): void {
    this.#core.watch(users);
  }

  /** Whether the platform has a network; also how a person asks for another try. */
  setOnline(isOnline: boolean): void {
    this.#core.setOnline(isOnline);
  }

  /** Ends the connection. What is not stored yet stays saved on the device, and is sent after the next start. */
  stop(): void {
    this.#core.stop();
  }

  #ask<R extends Request>(request: R): Promise<AnswerTo<R>> {
    return new Promise((resolve, reject) => {
      this.#core.ask(request, (result) => (result.ok ? resolve(result.value) : reject(new ChatError(result.fault))));
    });
  }
}

/** A clock over the timers of a platform. */
export const clockOf = (source: TimeSource): Clock => ({
  now: () => source.now(),
  schedule: (delayMs, ring) => ({ cancel: source.alarm(delayMs, ring) }),
});

/** A token, whichever way the app has it; one that cannot be had now is none. */
export const tokenOf =
  (token: ConnectOptions['token']): ClientOptions['token'] =>
  (done) => {
    if (typeof token === 'string') return done(token);
    void (async () => token())().then(done, () => done(undefined));
  };

/** `ws://host:port/ws` of `http://host:port`. */
export const socketUrl = (url: string): string => `${url.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`;

/** HTTP by `fetch`. */
export const httpOf =
  (fetched: typeof fetch, abortAfter: (ms: number) => AbortSignal, url: string): Http =>
  ({ method, path, token, body, withinMs }, done) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const calling = new AbortController();
    const signal = AbortSignal.any([calling.signal, abortAfter(withinMs)]);
    let isOver = false;
    const answer = (result: Parameters<typeof done>[0]): void => void (isOver || done(result));
    const ask = async (): Promise<Parameters<typeof done>[0]> => {
      const response = await fetched(`${url.replace(/\/$/, '')}${path}`, { method, headers, signal, ...sent });
      const seconds = Number(response.headers.get('retry-after') ?? NaN);
      const said: unknown = await response.json().catch(() => undefined);
      const later = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {};
      return { status: response.status, body: said, ...later };
    };
    void ask().then(answer, () => answer({ status: 0, body: undefined }));
    return () => {
      isOver = true;
      calling.abort();
    };
  };
