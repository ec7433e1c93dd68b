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

/** When the measuring process itself did nothing: its collector ran, or others had its core. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** How often a process looks whether it stood still, and what it calls so, in ms. */
const lookMs = 5;
const stallMs = 5;

/** Notes when this process stood still, for what it could not read meanwhile is not the server’s slowness. */
export class Stalls {
  readonly noted: Stall[] = [];
  #due = performance.now() + lookMs;
  readonly #timer = setInterval(() => this.#look(), lookMs);

  #look(): void {
    const now = performance.now();
    if (now - this.#due > stallMs) this.noted.push({ from: this.#due, to: now });
    this.#due = now + lookMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** From one moment to the other, without the stalls between. */
export function elapsed(from: number, to: number, stalls: readonly Stall[]): number {
  const overlap = (stall: Stall): number => Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from));
  return to - from - stalls.reduce((sum, stall) => sum + overlap(stall), 0);
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
  times(now: number, stalls: readonly Stall[] = []): Times {
    return {
      stored: this.#sent.map(({ at, stored = now }) => elapsed(at, stored, stalls)),
      delivered: this.#sent.map(({ at, delivered = now }) => elapsed(at, delivered, stalls)),
    };
  }
}

export const together = (phases: readonly Phase[], now: number, stalls: readonly Stall[] = []): Times => {
  const times = phases.map((phase) => phase.times(now, stalls));
  return { stored: times.flatMap(({ stored }) => stored), delivered: times.flatMap(({ delivered }) => delivered) };
};

/** The time that 99 of 100 do not exceed; 0 of nothing. */
export function p99(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}
