/** What asks and is answered under its id: asked again on the next connection, and given up after a while. */
import type { ErrorFrame, FrameOf, HistoryFrame, MembersFrame, OpenFrame } from '#contract/frames';
import type { Random } from '#contract/ports/system';
import type { ClientFault } from '#client/events';
import type { ClientLimits } from '#client/limits';
import { notYet } from '#client/outbox';
import type { Timers } from '#client/timers';
import { repeatWait } from '#client/waits';

/** As on the wire: `page` is what the answer before gave as `next`. */
export interface InboxRequest {
  readonly t: 'inbox';
  readonly id: string;
  readonly limit?: number;
  readonly page?: string;
}

export type Request = HistoryFrame | OpenFrame | MembersFrame | InboxRequest;
export type AnswerTo<R extends Request> = R extends { readonly t: 'open' } ? FrameOf<'opened'> : FrameOf<Answered<R>>;
type Answered<R extends Request> = Exclude<R['t'], 'open'>;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: ClientFault };

export type Answer = FrameOf<'history' | 'opened' | 'members' | 'inbox'>;

interface Pending {
  readonly request: Request;
  readonly done: (result: Result<Answer>) => void;
  tries: number;
  isFlying: boolean;
}

export interface RequestsOwner {
  readonly timers: Timers;
  readonly limits: ClientLimits;
  readonly random: Random;
  /** False: not now. */
  transmit(frame: Request): boolean;
}

const failed = (code: string, message: string, effect: ClientFault['effect']): Result<never> => ({
  ok: false,
  fault: { code, message, effect },
});

export class Requests {
  readonly #owner: RequestsOwner;
  readonly #pending = new Map<string, Pending>();

  constructor(owner: RequestsOwner) {
    this.#owner = owner;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** `done` is called exactly once, within `requests.withinMs`. */
  ask(request: Request, done: (result: Result<Answer>) => void): void {
    const { limits, timers } = this.#owner;
    if (this.#pending.size >= limits['requests.pending'])
      return done(failed('client.requests_full', 'too many questions at once', 'none'));
    const pending: Pending = { request, done, tries: 0, isFlying: false };
    this.#pending.set(request.id, pending);
    timers.set(`give up ${request.id}`, limits['requests.withinMs'], () =>
      this.#settle(request.id, failed('client.timeout', 'no answer came', 'unknown')),
    );
    this.#transmit(pending);
  }

  goOn(): void {
    for (const pending of [...this.#pending.values()]) this.#transmit(pending);
  }

  lost(): void {
    for (const pending of this.#pending.values()) pending.isFlying = false;
  }

  answered(frame: Answer): boolean {
    return frame.id !== undefined && this.#settle(frame.id, { ok: true, value: frame });
  }

  refused({ id = '', code, message, effect, retryAfterMs }: ErrorFrame): boolean {
    const pending = this.#pending.get(id);
    if (pending === undefined) return false;
    if (effect !== 'unknown' && retryAfterMs === undefined && !notYet.has(code))
      return this.#settle(id, failed(code, message, effect));
    const { timers, limits, random } = this.#owner;
    pending.tries += 1;
    timers.set(`ask ${id}`, repeatWait(limits, random, pending.tries, retryAfterMs), () => {
      pending.isFlying = false;
      this.#transmit(pending);
    });
    return true;
  }

  end(): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id, failed('client.closed', 'the client ends', 'unknown'));
  }

  #transmit(pending: Pending): void {
    if (!pending.isFlying && !this.#owner.timers.has(`ask ${pending.request.id}`))
      pending.isFlying = this.#owner.transmit(pending.request);
  }

  #settle(id: string, result: Result<Answer>): boolean {
    const pending = this.#pending.get(id);
    if (pending === undefined) return false;
    this.#pending.delete(id);
    this.#owner.timers.end(`give up ${id}`);
    this.#owner.timers.end(`ask ${id}`);
    pending.done(result);
    return true;
  }
}
