/** The ways out to clients, noting in the book which message they were handed, and to whom. */
import type { ApiAnswer, ApiCall } from '#contract/api';
import type { CloseCode } from '#contract/errors';
import type { ServerFrame } from '#contract/frames';
import type { Outlet, SharedMessage } from '#contract/ports/outlet';
import type { TraceBook } from '#ops/trace-book';

export class TracedOutlet implements Outlet {
  readonly #outlet: Outlet;
  readonly #book: TraceBook;
  #whose = 'nobody yet';

  constructor(outlet: Outlet, book: TraceBook) {
    this.#outlet = outlet;
    this.#book = book;
  }

  get connection(): string {
    return this.#outlet.connection;
  }

  get ip(): string {
    return this.#outlet.ip;
  }

  send(frame: ServerFrame): void {
    if (frame.t === 'welcome') this.#whose = `${frame.user}/${frame.device}`;
    else if (frame.t === 'stored') this.#book.note(frame.mid, 'answered', `\`stored\` to ${this.#whose}`);
    this.#outlet.send(frame);
  }

  message(shared: SharedMessage): void {
    this.#book.note(shared.frame.mid, 'delivered', `\`message\` to ${this.#whose}`);
    this.#outlet.message(shared);
  }

  ping(): void {
    this.#outlet.ping();
  }

  close(code: CloseCode, reason: string): void {
    this.#outlet.close(code, reason);
  }

  bufferedBytes(): number {
    return this.#outlet.bufferedBytes();
  }

  lastHeardAt(): number {
    return this.#outlet.lastHeardAt();
  }
}

type Request = (call: ApiCall, done: (answer: ApiAnswer) => void) => void;

/** Over HTTP as well. */
export const tracedRequest =
  (request: Request, book: TraceBook): Request =>
  (call, done) =>
    request(call, (answer) => {
      const { frame } = answer;
      if (frame.t === 'stored') book.note(frame.mid, 'answered', `\`stored\` to ${call.user}, over HTTP`);
      done(answer);
    });
