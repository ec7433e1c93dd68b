// Rates of the little server: buckets that fill with time.
import { Refusal } from '#test/conformance/fake/world';

/** So many at once, and so many a second after that. */
export class Rate {
  #places: number;
  #at = Date.now();

  constructor(
    private readonly perSecond: number,
    private readonly atOnce: number,
  ) {
    this.#places = atOnce;
  }

  take(): void {
    const now = Date.now();
    this.#places = Math.min(this.atOnce, this.#places + ((now - this.#at) / 1_000) * this.perSecond);
    this.#at = now;
    if (this.#places < 1) throw new Refusal('gateway.rate_limited', 100);
    this.#places -= 1;
  }
}
