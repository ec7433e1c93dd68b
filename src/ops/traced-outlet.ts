/** The ways out to clients, noting in the book which message they were handed, and to whom. */
import type { ApiAnswer, ApiCall, PollAnswer, PollCall } from '#contract/api';
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

interface Doors {
  readonly request: (call: ApiCall, done: (answer: ApiAnswer) => void) => void;
  readonly poll: (call: PollCall, done: (answer: PollAnswer) => void) => () => void;
}

/** Over HTTP as well. */
export const tracedApi = (doors: Doors, book: TraceBook): Doors => ({
  request: (call, done) =>
    doors.request(call, (answer) => {
      const { frame } = answer;
      if (frame.t === 'stored') book.note(frame.mid, 'answered', `\`stored\` to ${call.user}, over HTTP`);
      done(answer);
    }),
  poll: (call, done) =>
    doors.poll(call, (answer) => {
      const whose = `${call.user}/${call.frame.device}`;
      const messages = answer.t === 'polled' ? answer.messages : [];
      for (const { mid } of messages) book.note(mid, 'delivered', `\`message\` to ${whose}, over HTTP`);
      done(answer);
    }),
});
