/**
 * The newest steps of all messages, in one ring: noting is a few writes into places that are there already, and whoever
 * asks walks the ring. A server notes hundreds of thousands of steps for each that anybody asks for.
 */
import type { Millis } from '#contract/conversation';
import type { Limits } from '#contract/limits';
import type { NodeTrace, TraceStep } from '#contract/trace';

export interface TraceKit {
  readonly node: string;
  readonly limits: Limits;
  readonly now: () => Millis;
}

export class TraceBook {
  readonly #kit: TraceKit;
  readonly #size: number;
  // By place in the ring. An object for each step would cost more than all the rest of it.
  readonly #mids: string[];
  readonly #causes: string[];
  readonly #steps: string[];
  readonly #details: string[];
  readonly #times: Float64Array;
  #next = 0;

  constructor(kit: TraceKit) {
    this.#kit = kit;
    this.#size = kit.limits['trace.steps'];
    const empty = (): string[] => new Array<string>(this.#size).fill('');
    [this.#mids, this.#causes, this.#steps, this.#details] = [empty(), empty(), empty(), empty()];
    this.#times = new Float64Array(this.#size);
  }

  /** Notes a step; `at` where it was taken some time ago. */
  note(mid: string, step: string, detail: string, cause = '', at = this.#kit.now()): void {
    const place = this.#next;
    this.#mids[place] = mid;
    this.#causes[place] = cause;
    this.#steps[place] = step;
    this.#details[place] = detail;
    this.#times[place] = at;
    this.#next = place + 1 === this.#size ? 0 : place + 1;
  }

  of(mid: string): NodeTrace {
    const { node, limits } = this.#kit;
    const steps: TraceStep[] = [];
    let cause = '';
    let left = 0;
    for (let turn = 0; turn < this.#size; turn += 1) {
      const place = (this.#next + turn) % this.#size;
      if (this.#mids[place] !== mid) continue;
      if (cause === '') cause = this.#causes[place] ?? '';
      if (steps.length < limits['trace.shown']) steps.push(this.#stepAt(place));
      else left += 1;
    }
    return { node, mid, cause, steps, left };
  }

  #stepAt(place: number): TraceStep {
    return { at: this.#times[place] ?? 0, step: this.#steps[place] ?? '', detail: this.#details[place] ?? '' };
  }
}
