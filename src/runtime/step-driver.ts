/**
 * The stepping driver: a ready queue and a virtual clock, one turn at a time, nothing real. `fifo` runs actors in the
 * order in which they became ready, as nact does; `random` draws the next one from a seed; `choose` asks.
 */
import type { Clock } from '#contract/ports/system';
import { seededRandom } from '#runtime/random';
import type { ActorSystem } from '#runtime/system';
import type { Driver, Runnable } from '#runtime/types';
import { VirtualClock } from '#runtime/virtual-clock';

/** `choose` answers the index of who goes next; it is asked only where there is a choice. */
export type StepPolicy =
  'fifo' | { readonly random: string } | { readonly choose: (ready: readonly Runnable[]) => number };

const chooser = (policy: StepPolicy): ((ready: readonly Runnable[]) => number) | undefined => {
  if (policy === 'fifo') return undefined;
  if ('choose' in policy) return policy.choose;
  const random = seededRandom(policy.random);
  return (ready) => random.int(ready.length);
};

export class StepDriver implements Driver {
  readonly clock: VirtualClock;
  readonly timers: Clock;
  #ready: Runnable[] = [];
  /** Those before it are gone; moved only under `fifo`. */
  #head = 0;
  readonly #choose: ((ready: readonly Runnable[]) => number) | undefined;
  /** Turns run. */
  turns = 0;

  constructor(policy: StepPolicy = 'fifo', startAt = 0) {
    this.clock = new VirtualClock(startAt);
    this.timers = this.clock.own;
    this.#choose = chooser(policy);
  }

  attach(): void {
    // Nothing to keep: a ready queue needs no tree.
  }

  detach(): void {
    // A stopped actor's turn does nothing.
  }

  schedule(runnable: Runnable): void {
    this.#ready.push(runnable);
  }

  get ready(): number {
    return this.#ready.length - this.#head;
  }

  /** Runs one turn; false when nobody is ready. */
  step(): boolean {
    const next = this.#choose === undefined ? this.#first() : this.#chosen(this.#choose);
    if (next === undefined) return false;
    this.turns += 1;
    next.turn();
    return true;
  }

  /** Runs until nobody is ready; the clock stands. */
  settle(): void {
    while (this.step());
  }

  /** Settles, then lets `ms` pass, settling after every timer. */
  advance(ms: number): void {
    const until = this.clock.now() + ms;
    do this.settle();
    while (this.clock.ringNext(until));
    this.clock.advance(Math.max(0, until - this.clock.now()));
  }

  /**
   * Fails when nothing virtual can end an effect any more: nobody is ready, and the clock holds only what the runtime
   * itself has set (deadlines, actors' timers), nothing of a port, a link or a simulated host. Then a real promise has
   * got into the simulation, or a port forgot its `done`.
   */
  assertVirtual(system: ActorSystem): void {
    if (system.crashed || system.effectsOutstanding === 0 || this.ready > 0 || this.clock.pendingOutside > 0) return;
    throw new Error(`runtime.real_async_in_simulation: ${system.effectsOutstanding} effects cannot end`);
  }

  #first(): Runnable | undefined {
    const next = this.#ready[this.#head];
    if (next === undefined) return undefined;
    this.#head += 1;
    if (this.#head > 512 && this.#head * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }

  /** The last one takes the place of the one that goes: who is where plays no part here. */
  #chosen(choose: (ready: readonly Runnable[]) => number): Runnable | undefined {
    const ready = this.#ready;
    const index = ready.length > 1 ? choose(ready) : 0;
    const next = ready[index];
    const last = ready.pop();
    if (index < ready.length) ready[index] = last as Runnable;
    return next;
  }
}
