/** Long polls over HTTP, where a WebSocket cannot be had: each names the cursors, and thereby acknowledges. */
import type { Conv, Seq } from '#contract/conversation';
import type { ServerFrame } from '#contract/frames';
import type { ClientLimits } from '#client/limits';
import type { HttpAnswer, HttpRequest } from '#client/ports';

export interface PollerOwner {
  readonly device: string;
  readonly limits: ClientLimits;
  http(request: Omit<HttpRequest, 'token'>, done: (answer: HttpAnswer) => void): () => void;
  cursors(): ReadonlyMap<Conv, Seq>;
  frame(frame: ServerFrame): void;
  /** The first answer has come: what was missed is here. */
  caughtUp(): void;
  failed(status: number, retryAfterMs?: number): void;
}

type Polled = Readonly<Record<'messages' | 'resumed', readonly object[]>> & {
  /** Whole frames; a server need not have any. */
  readonly events?: readonly ServerFrame[];
};

const isPolled = (body: unknown): body is Polled =>
  typeof body === 'object' &&
  body !== null &&
  'messages' in body &&
  Array.isArray(body.messages) &&
  'resumed' in body &&
  Array.isArray(body.resumed);

export class Poller {
  readonly #owner: PollerOwner;
  /** Which run of it an answer belongs to: one that comes after the end is nobody's. */
  #run = 0;
  #callOff = (): void => undefined;

  constructor(owner: PollerOwner) {
    this.#owner = owner;
  }

  start(): void {
    this.#run += 1;
    this.#poll(this.#run, true);
  }

  stop(): void {
    this.#run += 1;
    this.#callOff();
  }

  /** The first does not wait: there may be nothing new, and the app is to know that. */
  #poll(run: number, isFirst: boolean): void {
    const { device, limits } = this.#owner;
    const waitMs = isFirst ? 0 : limits['polling.waitMs'];
    const body = { device, cursors: Object.fromEntries(this.#owner.cursors()), waitMs };
    const withinMs = waitMs + limits['http.withinMs'];
    this.#callOff = this.#owner.http({ method: 'POST', path: '/poll', body, withinMs }, (answer) => {
      if (run !== this.#run) return;
      if (answer.status !== 200 || !isPolled(answer.body))
        return this.#owner.failed(answer.status, answer.retryAfterMs);
      for (const message of answer.body.messages) this.#owner.frame({ ...message, t: 'message' } as ServerFrame);
      for (const resumed of answer.body.resumed) this.#owner.frame({ ...resumed, t: 'resumed' } as ServerFrame);
      for (const event of answer.body.events ?? []) this.#owner.frame(event);
      if (isFirst) this.#owner.caughtUp();
      if (run === this.#run) this.#poll(run, false);
    });
  }
}
