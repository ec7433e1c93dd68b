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

/** Conversations open before their messages come, and a receipt comes after the message that it is about. */
const inOrder = ({ messages, resumed, events = [] }: Polled): ServerFrame[] => {
  const isDoor = ({ t }: ServerFrame): boolean => t === 'opened' || t === 'removed';
  return [
    ...events.filter(isDoor),
    ...messages.map((message) => ({ ...message, t: 'message' }) as ServerFrame),
    ...resumed.map((one) => ({ ...one, t: 'resumed' }) as ServerFrame),
    ...events.filter((event) => !isDoor(event)),
  ];
};

export class Poller {
  readonly #owner: PollerOwner;
  /** Which run of it an answer belongs to: one that comes after the end is nobody's. */
  #run = 0;
  #isAsking = false;
  #isCaughtUp = false;
  #callOff = (): void => undefined;

  constructor(owner: PollerOwner) {
    this.#owner = owner;
  }

  start(): void {
    this.#isCaughtUp = false;
    this.goOn();
  }

  /** After `stop()`, as if there had been none. */
  goOn(): void {
    if (this.#isAsking) return;
    this.#run += 1;
    this.#poll(this.#run);
  }

  /** True: a poll was on its way, and may still reach the server. */
  stop(): boolean {
    const wasAsking = this.#isAsking;
    this.#run += 1;
    this.#isAsking = false;
    this.#callOff();
    return wasAsking;
  }

  /** The first does not wait: there may be nothing new, and the app is to know that. */
  #poll(run: number): void {
    const { device, limits } = this.#owner;
    const waitMs = this.#isCaughtUp ? limits['polling.waitMs'] : 0;
    const body = { device, cursors: Object.fromEntries(this.#owner.cursors()), waitMs };
    const withinMs = waitMs + limits['http.withinMs'];
    this.#isAsking = true;
    this.#callOff = this.#owner.http({ method: 'POST', path: '/poll', body, withinMs }, (answer) => {
      if (run === this.#run) this.#answered(run, answer);
    });
  }

  #answered(run: number, { status, body, retryAfterMs }: HttpAnswer): void {
    this.#isAsking = false;
    if (status !== 200 || !isPolled(body)) return this.#owner.failed(status, retryAfterMs);
    for (const frame of inOrder(body)) this.#owner.frame(frame);
    if (!this.#isCaughtUp) {
      this.#isCaughtUp = true;
      this.#owner.caughtUp();
    }
    if (run === this.#run) this.#poll(run);
  }
}
