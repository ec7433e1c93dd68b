/** Chance from one seed a run. `HOGMANAY_SEED` sets it; it is printed, so that a failing run can be had again. */
import { randomInt } from 'node:crypto';

export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** The seed of the environment, else a new one; printed either way. */
  static ofRun(name: string): Random {
    const given = process.env['HOGMANAY_SEED'];
    const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
    if (!Number.isInteger(seed)) throw new Error(`HOGMANAY_SEED must be a whole number, not ${given}`);
    process.stdout.write(`${name}: seed ${seed} (again: HOGMANAY_SEED=${seed})\n`);
    return new Random(seed);
  }

  /** Uniform in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Uniform whole number in [from, below). */
  between(from: number, below: number): number {
    return from + Math.floor(this.next() * (below - from));
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.between(0, list.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  /** A stream of its own: what one client draws does not depend on how often another one drew. */
  child(index: number): Random {
    return new Random(Math.imul(this.seed ^ (index + 1), 0x9e3779b1));
  }
}
