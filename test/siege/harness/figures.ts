/** Times of the crowd's messages, by the phase in which they were sent. */

/** From the send to `stored`, and to `message` at the other one, in ms. */
export interface Times {
  readonly stored: readonly number[];
  readonly delivered: readonly number[];
}

interface Sent {
  readonly at: number;
  stored?: number;
  delivered?: number;
}

export class Phase {
  #sent: Sent[] = [];

  /** Notes a send; what comes of it is told to the two functions. */
  send(at: number): { stored: (at: number) => void; delivered: (at: number) => void } {
    const sent: Sent = { at };
    this.#sent.push(sent);
    return { stored: (then) => (sent.stored ??= then), delivered: (then) => (sent.delivered ??= then) };
  }

  /** What is under way when a quiet phase ends belongs to the attack: that is what it meets. */
  handOver(next: Phase): void {
    const isDone = ({ stored, delivered }: Sent): boolean => stored !== undefined && delivered !== undefined;
    next.#sent.push(...this.#sent.filter((sent) => !isDone(sent)));
    this.#sent = this.#sent.filter(isDone);
  }

  /** As of `now`: whatever is not there yet has taken that long already. */
  times(now: number): Times {
    return {
      stored: this.#sent.map(({ at, stored = now }) => stored - at),
      delivered: this.#sent.map(({ at, delivered = now }) => delivered - at),
    };
  }
}

export const together = (phases: readonly Phase[], now: number): Times => {
  const times = phases.map((phase) => phase.times(now));
  return { stored: times.flatMap(({ stored }) => stored), delivered: times.flatMap(({ delivered }) => delivered) };
};

/** The time that 99 of 100 do not exceed; 0 of nothing. */
export function p99(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}
