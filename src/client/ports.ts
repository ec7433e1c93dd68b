/** What the client's core is handed: sockets, HTTP, storage, tokens. Callbacks, so that a simulation can run it. */
import type { Clock, Random } from '#contract/ports/system';
import type { Conv, Meta, Seq } from '#contract/conversation';
import type { ClientLimits } from '#client/limits';

export interface SocketEvents {
  readonly opened: () => void;
  readonly text: (text: string) => void;
  /** Exactly once. 1006 where there was no close frame; `retryAfterMs` where a refused upgrade named one. */
  readonly closed: (code: number, retryAfterMs?: number) => void;
}

export interface ClientSocket {
  send(text: string): void;
  /** Ends it; whatever it still reports is ignored. */
  close(): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly token: string;
  readonly body?: unknown;
  readonly withinMs: number;
}

export interface HttpAnswer {
  /** 0: no answer came. */
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs?: number;
}

/** Answers how to call it off: then there is no answer. */
export type Http = (request: HttpRequest, done: (answer: HttpAnswer) => void) => () => void;

/** A message that the server has not stored yet, as kept. */
export interface OutboxEntry {
  readonly id: string;
  readonly conv: Conv;
  readonly body: string;
  readonly meta?: Meta;
  /** Its place among all sends of this device. */
  readonly n: number;
}

export type Change =
  | { readonly do: 'put'; readonly entry: OutboxEntry }
  | { readonly do: 'drop'; readonly id: string }
  | { readonly do: 'cursor'; readonly conv: Conv; readonly seq: Seq }
  | { readonly do: 'forget'; readonly conv: Conv };

export interface Saved {
  /** In the order of `n`. */
  readonly outbox: readonly OutboxEntry[];
  readonly cursors: ReadonlyMap<Conv, Seq>;
}

/** Where outbox and cursors survive the end of the process. One client at a time uses one storage. */
export interface ClientStorage {
  load(done: (saved: Saved) => void): void;
  /** All of them or none, durable when `done(true)` is called. One write at a time. */
  write(changes: readonly Change[], done: (isSaved: boolean) => void): void;
}

export interface ClientPorts {
  readonly dial: (events: SocketEvents) => ClientSocket;
  /** Absent: no fallback to polling. */
  readonly http?: Http;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: ClientStorage;
  /** A token that is valid now; undefined: there is none, and the client closes. */
  readonly token: (done: (token: string | undefined) => void) => void;
  /** 8 to 64 characters of [A-Za-z0-9_-], never the same twice. */
  readonly newId: () => string;
}

export interface ClientOptions extends ClientPorts {
  readonly device: string;
  readonly limits?: Partial<ClientLimits>;
  /** Gives up after three tries in a row, of connecting and of each send. */
  readonly mobile?: boolean;
}
