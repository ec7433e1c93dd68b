/**
 * How many frames a second one connection may send: a bucket that holds one second's worth. Whoever is refused again
 * and again, with never a second between two refusals, is over the rate "without pause".
 */
import type { Millis } from '#contract/conversation';
import { Insistence } from '#resilience/insistence';
import { TokenBucket } from '#resilience/token-bucket';

export class FrameRate {
  readonly #bucket: TokenBucket | undefined;
  readonly #insistence = new Insistence();
  #overForMs = 0;

  /** A rate of 0 means no limit. */
  constructor(perSecond: number, now: Millis) {
    this.#bucket = perSecond === 0 ? undefined : new TokenBucket(perSecond, perSecond, now);
  }

  /** 0: taken. Else it is refused, and after so many milliseconds the next one would be taken. */
  take(now: Millis): number {
    const retryAfterMs = this.#bucket?.take(now) ?? 0;
    if (retryAfterMs > 0) this.#overForMs = this.#insistence.refused(now);
    return retryAfterMs;
  }

  /** For how long it has been over the rate without pause, as of the last refusal. */
  overForMs(): number {
    return this.#overForMs;
  }
}
