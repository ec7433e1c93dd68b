/**
 * The real clock: a heap of timers and a single alarm of the time source, armed for the earliest of them. Tens of
 * thousands of timers cost the operating system one.
 */
import type { Clock, Timer, TimeSource } from '#contract/ports/system';
import { TimerHeap } from '#runtime/timer-heap';

/** Longest alarm a time source must take at once (setTimeout overflows beyond 2^31 - 1 ms). */
const longestAlarmMs = 2 ** 31 - 1;

export class RealClock implements Clock {
  readonly #source: TimeSource;
  readonly #heap = new TimerHeap();
  /** Due time of the alarm that is set; -Infinity: none may be set. */
  #armedFor = Infinity;
  #disarm: () => void = () => undefined;

  constructor(source: TimeSource) {
    this.#source = source;
  }

  now(): number {
    return this.#source.now();
  }

  schedule(delayMs: number, ring: () => void): Timer {
    const timer = this.#heap.add(this.now() + (delayMs > 0 ? delayMs : 0), ring);
    this.#arm();
    return timer;
  }

  /** Ends the alarm; timers no longer ring. */
  stop(): void {
    this.#disarm();
    this.#armedFor = -Infinity;
  }

  #arm(): void {
    const due = this.#heap.nextDue();
    if (due === undefined || due >= this.#armedFor) return;
    this.#disarm();
    this.#armedFor = due;
    const delay = Math.min(Math.max(0, due - this.now()), longestAlarmMs);
    this.#disarm = this.#source.alarm(delay, () => this.#ringDue());
  }

  /** Timers set meanwhile are not earlier than those that ring; they are armed at the end, also when one throws. */
  #ringDue(): void {
    const now = this.now();
    try {
      for (let ring = this.#heap.takeDue(now); ring !== undefined; ring = this.#heap.takeDue(now)) ring();
    } finally {
      if (this.#armedFor !== -Infinity) {
        this.#armedFor = Infinity;
        this.#arm();
      }
    }
  }
}
