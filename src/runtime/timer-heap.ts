/**
 * A binary heap of timers ordered by (due, sequence): two timers of one instant ring in the order in which they were
 * set. Cancelled timers stay until they surface, or until they are more than half of the heap.
 */
import type { Timer } from '#contract/ports/system';

class HeapTimer implements Timer {
  ring: (() => void) | undefined;

  constructor(
    readonly heap: TimerHeap,
    readonly due: number,
    readonly sequence: number,
    readonly own: boolean,
    ring: () => void,
  ) {
    this.ring = ring;
  }

  cancel(): void {
    if (this.ring === undefined) return;
    this.ring = undefined;
    this.heap.cancelled(this.own);
  }
}

const before = (one: HeapTimer, other: HeapTimer): boolean =>
  one.due < other.due || (one.due === other.due && one.sequence < other.sequence);

export class TimerHeap {
  #timers: HeapTimer[] = [];
  #sequence = 0;
  #dead = 0;
  #own = 0;

  /** Timers that will ring. */
  get size(): number {
    return this.#timers.length - this.#dead;
  }

  /** Those among them that were added as the runtime's own. */
  get own(): number {
    return this.#own;
  }

  add(due: number, ring: () => void, own = false): Timer {
    const timer = new HeapTimer(this, due, this.#sequence++, own, ring);
    if (own) this.#own += 1;
    this.#timers.push(timer);
    this.#up(this.#timers.length - 1);
    return timer;
  }

  /** When the next timer rings; undefined when none will. */
  nextDue(): number | undefined {
    this.#dropDeadTop();
    return this.#timers[0]?.due;
  }

  /** Takes the first timer due at or before `now`. */
  takeDue(now: number): (() => void) | undefined {
    this.#dropDeadTop();
    const top = this.#timers[0];
    if (top?.ring === undefined || top.due > now) return undefined;
    this.#removeTop();
    const ring = top.ring;
    top.ring = undefined;
    if (top.own) this.#own -= 1;
    return ring;
  }

  /** Called by a timer that was cancelled. */
  cancelled(own: boolean): void {
    this.#dead += 1;
    if (own) this.#own -= 1;
    if (this.#dead > 64 && this.#dead * 2 > this.#timers.length) this.#sweep();
  }

  #sweep(): void {
    this.#timers = this.#timers.filter((timer) => timer.ring !== undefined);
    this.#dead = 0;
    for (let index = (this.#timers.length >> 1) - 1; index >= 0; index -= 1) this.#down(index);
  }

  #dropDeadTop(): void {
    while (this.#timers.length > 0 && this.#timers[0]?.ring === undefined) {
      this.#removeTop();
      this.#dead -= 1;
    }
  }

  #removeTop(): void {
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return;
    this.#timers[0] = last;
    this.#down(0);
  }

  #up(from: number): void {
    const timers = this.#timers;
    let index = from;
    const timer = timers[index] as HeapTimer;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = timers[parent] as HeapTimer;
      if (!before(timer, above)) break;
      timers[index] = above;
      index = parent;
    }
    timers[index] = timer;
  }

  #down(from: number): void {
    const timers = this.#timers;
    let index = from;
    const timer = timers[index] as HeapTimer;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= timers.length) break;
      const right = child + 1;
      if (right < timers.length && before(timers[right] as HeapTimer, timers[child] as HeapTimer)) child = right;
      const below = timers[child] as HeapTimer;
      if (!before(below, timer)) break;
      timers[index] = below;
      index = child;
    }
    timers[index] = timer;
  }
}
