/** One rate for each key: a user, an address. Keys beyond the limit start anew, the one idle longest first. */
import type { Millis } from '#contract/conversation';
import { TokenBucket } from '#resilience/token-bucket';

export interface KeyedRateOptions {
  /** 0: no limit. */
  readonly perSecond: number;
  readonly burst: number;
  readonly keysMax: number;
}

export class KeyedRate {
  /** The one used last is last. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(private readonly options: KeyedRateOptions) {}

  get size(): number {
    return this.#buckets.size;
  }

  /** 0: taken. Else milliseconds until the next one would be. */
  take(key: string, now: Millis): number {
    return this.#bucketOf(key, now)?.take(now) ?? 0;
  }

  /** The same answer, with nothing taken. */
  wait(key: string, now: Millis): number {
    return this.#bucketOf(key, now)?.wait(now) ?? 0;
  }

  #bucketOf(key: string, now: Millis): TokenBucket | undefined {
    const { perSecond, burst, keysMax } = this.options;
    if (perSecond === 0) return undefined;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(perSecond, burst, now);
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > keysMax) {
      const [oldest = key] = this.#buckets.keys();
      this.#buckets.delete(oldest);
    }
    return bucket;
  }
}
