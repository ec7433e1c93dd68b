/** The steps of the newest messages, by `mid`; the oldest message is forgotten for each that is new. */
import type { Millis } from '#contract/conversation';
import type { Limits } from '#contract/limits';
import type { NodeTrace, TraceStep } from '#contract/trace';

interface Way {
  cause: string;
  readonly steps: TraceStep[];
}

export interface TraceKit {
  readonly node: string;
  readonly limits: Limits;
  readonly now: () => Millis;
}

export class TraceBook {
  readonly #ways = new Map<string, Way>();
  readonly #kit: TraceKit;

  constructor(kit: TraceKit) {
    this.#kit = kit;
  }

  /** Notes a step; `detail` is asked for only where the step is kept. */
  note(mid: string, step: string, detail: () => string, cause = ''): void {
    const { limits, now } = this.#kit;
    const way = this.#ways.get(mid) ?? this.#begin(mid);
    if (way.cause === '') way.cause = cause;
    if (way.steps.length < limits['trace.steps']) way.steps.push({ at: now(), step, detail: detail() });
  }

  of(mid: string): NodeTrace {
    const { cause = '', steps = [] } = this.#ways.get(mid) ?? {};
    return { node: this.#kit.node, mid, cause, steps };
  }

  #begin(mid: string): Way {
    const way: Way = { cause: '', steps: [] };
    this.#ways.set(mid, way);
    if (this.#ways.size > this.#kit.limits['trace.messages']) {
      const [oldest] = this.#ways.keys();
      if (oldest !== undefined) this.#ways.delete(oldest);
    }
    return way;
  }
}
