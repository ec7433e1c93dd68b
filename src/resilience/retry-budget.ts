/**
 * How many calls may be repeated: a share of those that are made, and a few a second where there are hardly any. A
 * resource that fails gets so many calls more, and not a multiple of them.
 */
import type { Millis } from '#contract/conversation';
import { TokenBucket } from '#resilience/token-bucket';

/** Shares that are saved up, at most. */
const savedMost = 100;

export class RetryBudget {
  #saved = 0;
  readonly #few: TokenBucket;

  /** `share` of 0.1: one repeat for ten calls. `perSecond` beside it, whatever is called. */
  constructor(
    private readonly share: number,
    perSecond: number,
    now: Millis,
  ) {
    this.#few = new TokenBucket(perSecond, perSecond, now);
  }

  called(): void {
    this.#saved = Math.min(savedMost, this.#saved + this.share);
  }

  /** Whether one more may be repeated: then it counts. */
  take(now: Millis): boolean {
    if (this.#saved >= 1) {
      this.#saved -= 1;
      return true;
    }
    return this.#few.take(now) === 0;
  }
}
