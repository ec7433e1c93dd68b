/** A rate with a burst: tokens come at a steady pace, as many as the bucket holds, and each use takes one. */
import type { Millis } from '#contract/conversation';

export class TokenBucket {
  #tokens: number;
  #filledAt: Millis;

  /** `perSecond` above 0; `burst` is what the full bucket holds. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    now: Millis,
  ) {
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** 0: taken. Else it is refused, and after so many milliseconds the next one would be taken. */
  take(now: Millis): number {
    const wait = this.wait(now);
    if (wait === 0) this.#tokens -= 1;
    return wait;
  }

  /** The same answer, with nothing taken. */
  wait(now: Millis): number {
    const elapsed = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    this.#tokens = Math.min(this.burst, this.#tokens + (elapsed * this.perSecond) / 1_000);
    if (this.#tokens >= 1) return 0;
    return Math.max(1, Math.ceil(((1 - this.#tokens) * 1_000) / this.perSecond));
  }
}
