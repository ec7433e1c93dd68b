/**
 * What a client asked and has no answer to. It lives across connections: the same frames with the same ids go out
 * again, in the same order (K5).
 */
import type { Refusal, Request, ServerFrame } from '#test/e2e/driver/frames';

/** The server said no. */
class Refused extends Error {
  constructor(readonly frame: Refusal) {
    super(`${frame.code}: ${frame.message}`);
  }
}

/** A send is answered by `stored`, or, when repeated on a new connection, perhaps by its `message` alone. */
export interface Numbered {
  readonly id: string;
  readonly conv: string;
  readonly seq: number;
  readonly mid: string;
  readonly at: number;
}

interface Waiting {
  readonly request: Request;
  resolve(answer: ServerFrame | Numbered): void;
  reject(why: Error): void;
}

export class Pending {
  /** Sends that were answered `queued`: durable, and not repeated; `stored` is owed for them. */
  readonly queued = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();

  get size(): number {
    return this.#waiting.size;
  }

  get requests(): Request[] {
    const all = [...this.#waiting.values()].map(({ request }) => request);
    return all.filter(({ id }) => !this.queued.has(id));
  }

  get(id: string): Request | undefined {
    return this.#waiting.get(id)?.request;
  }

  add(request: Request): Promise<ServerFrame | Numbered> {
    if (this.#waiting.has(request.id)) throw new Error(`id ${request.id} is still unanswered`);
    return new Promise((resolve, reject) => this.#waiting.set(request.id, { request, resolve, reject }));
  }

  answer(id: string | undefined, frame: ServerFrame | Numbered): void {
    this.#take(id)?.resolve(frame);
  }

  refuse(id: string | undefined, frame: Refusal): void {
    this.#take(id)?.reject(new Refused(frame));
  }

  #take(id: string | undefined): Waiting | undefined {
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id !== undefined) this.queued.delete(id);
    if (waiting !== undefined) this.#waiting.delete(waiting.request.id);
    return waiting;
  }
}
