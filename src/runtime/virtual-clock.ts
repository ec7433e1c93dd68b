/**
 * The virtual clock: moved by hand, it stops at each deadline, so that a timer set by a timer rings at its own time.
 * (XState's SimulatedClock does not, and is quadratic.)
 */
import type { Clock, Timer } from '#contract/ports/system';
import { TimerHeap } from '#runtime/timer-heap';

export class VirtualClock implements Clock {
  readonly #heap = new TimerHeap();
  #now: number;
  /** The same time for the runtime's own timers (deadlines, named timers, delays of machines, restarts). */
  readonly own: Clock = {
    now: () => this.#now,
    schedule: (delayMs, ring) => this.#heap.add(this.#dueIn(delayMs), ring, true),
  };

  constructor(startAt = 0) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  /** Timers that will ring. */
  get pending(): number {
    return this.#heap.size;
  }

  /** Timers that will ring and are not the runtime's own: those of ports, links and simulated hosts. */
  get pendingOutside(): number {
    return this.#heap.size - this.#heap.own;
  }

  nextDue(): number | undefined {
    return this.#heap.nextDue();
  }

  schedule(delayMs: number, ring: () => void): Timer {
    return this.#heap.add(this.#dueIn(delayMs), ring);
  }

  /** Moves to the next deadline, if it is not after `until`, and rings one timer. False when there was none. */
  ringNext(until = Infinity): boolean {
    const due = this.#heap.nextDue();
    if (due === undefined || due > until) return false;
    this.#now = Math.max(this.#now, due);
    this.#heap.takeDue(due)?.();
    return true;
  }

  /** Moves on by `ms`, ringing whatever comes due on the way at its own time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    while (this.ringNext(until));
    this.#now = Math.max(this.#now, until);
  }

  /** A delay that is not a number must not disturb the order of the heap. */
  #dueIn(delayMs: number): number {
    return this.#now + (delayMs > 0 ? delayMs : 0);
  }
}
