/** Timers by name, so that each can be ended and none is left behind. Setting one again replaces it. */
import type { Clock, Timer } from '#contract/ports/system';

/** The longest delay that timers of browsers and Node keep; a longer one would ring at once. */
const longestMs = 2_147_000_000;

export class Timers {
  readonly #clock: Clock;
  readonly #running = new Map<string, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  has(name: string): boolean {
    return this.#running.has(name);
  }

  set(name: string, delayMs: number, ring: () => void): void {
    this.end(name);
    const timer = this.#clock.schedule(Math.min(delayMs, longestMs), () => {
      this.#running.delete(name);
      ring();
    });
    this.#running.set(name, timer);
  }

  end(name: string): void {
    this.#running.get(name)?.cancel();
    this.#running.delete(name);
  }

  endAll(): void {
    for (const timer of this.#running.values()) timer.cancel();
    this.#running.clear();
  }
}
