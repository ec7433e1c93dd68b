/**
 * How many frames a second one connection may send: a bucket that holds one second's worth. Whoever is refused again
 * and again, with never a second between two refusals, is over the rate "without pause".
 */
import type { Millis } from '#contract/conversation';

const pauseMs = 1_000;

export class FrameRate {
  private tokens: number;
  private filledAt: Millis;
  private overSince: Millis | undefined;
  private refusedAt = 0;

  /** A rate of 0 means no limit. */
  constructor(
    private readonly perSecond: number,
    now: Millis,
  ) {
    this.tokens = perSecond;
    this.filledAt = now;
  }

  /** 0: taken. Else it is refused, and after so many milliseconds the next one would be taken. */
  take(now: Millis): number {
    if (this.perSecond === 0) return 0;
    const elapsed = Math.max(0, now - this.filledAt);
    this.filledAt = now;
    this.tokens = Math.min(this.perSecond, this.tokens + (elapsed * this.perSecond) / 1_000);
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    if (this.overSince === undefined || now - this.refusedAt > pauseMs) this.overSince = now;
    this.refusedAt = now;
    return Math.max(1, Math.ceil(((1 - this.tokens) * 1_000) / this.perSecond));
  }

  /** For how long it has been over the rate without pause, as of the last refusal. */
  overForMs(): number {
    return this.overSince === undefined ? 0 : this.refusedAt - this.overSince;
  }
}
