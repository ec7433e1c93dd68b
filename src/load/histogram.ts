/** Times in buckets that grow by 2 %: cheap to fill a hundred thousand times a second, exact enough for percentiles. */
const growth = Math.log(1.02);
const shortest = 0.01;

export class Histogram {
  readonly #counts = new Uint32Array(1_024);
  #total = 0;

  add(ms: number): void {
    const bucket = ms <= shortest ? 0 : Math.ceil(Math.log(ms / shortest) / growth);
    const index = Math.min(bucket, this.#counts.length - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
  }

  /** The time that this share of all does not exceed, in ms, rounded to two digits; null when there is none. */
  percentile(share: number): number | null {
    if (this.#total === 0) return null;
    let seen = 0;
    const wanted = Math.ceil(share * this.#total);
    const bucket = this.#counts.findIndex((count) => (seen += count) >= wanted);
    return Number((shortest * Math.exp(bucket * growth)).toPrecision(2));
  }
}
