/**
 * The effects an actor has started and not heard of: each with its deadline. `done` only enqueues, never runs a turn;
 * one that comes late, twice, or for an earlier incarnation is a dead letter.
 */
import { failed, fault } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import type { Timer } from '#contract/ports/system';
import { describeError } from '#runtime/dead-letters';
import type { Effects, EffectTerms, Inmate } from '#runtime/inside';

interface Started {
  deadline: Timer | undefined;
  readonly ask: boolean;
}

export class EffectsOutstanding implements Effects {
  readonly #cell: Inmate;
  readonly #started = new Map<number, Started>();
  #next = 1;

  constructor(cell: Inmate) {
    this.#cell = cell;
  }

  get size(): number {
    return this.#started.size;
  }

  start(effect: Effect<unknown>, toMessage: (outcome: Outcome<never>) => unknown, terms: EffectTerms): void {
    const cell = this.#cell;
    const { system, incarnation } = cell;
    if (system.crashed) return;
    const id = this.#next++;
    const cause = system.currentId();
    const started: Started = { deadline: undefined, ask: terms.ask };
    const finish = (outcome: Outcome<unknown>): void => {
      if (this.#forget(id)) cell.offerControl({ kind: 'outcome', effect: id, incarnation, outcome, toMessage }, cause);
      else if (!system.crashed) system.deadLetter('stale', cell.path, '', cause, `outcome of effect ${id}`);
    };
    this.#started.set(id, started);
    if (!terms.ask) system.effectsOutstanding += 1;
    try {
      effect(finish);
    } catch (error) {
      system.log.error('a port threw', { path: cell.path, ...describeError(error) });
      finish(failed(fault('runtime.effect_threw', describeError(error).error, 'unknown')));
    }
    // An effect that was over at once needs no timer.
    if (this.#started.has(id))
      started.deadline = system.timers.schedule(terms.deadlineMs, () => finish(failed(terms.late())));
  }

  /** What is still to come is no longer wanted. */
  drop(): void {
    for (const id of this.#started.keys()) this.#forget(id);
  }

  /** False when it was forgotten before. */
  #forget(id: number): boolean {
    const started = this.#started.get(id);
    if (started === undefined) return false;
    started.deadline?.cancel();
    this.#started.delete(id);
    if (!started.ask) this.#cell.system.effectsOutstanding -= 1;
    return true;
  }
}
