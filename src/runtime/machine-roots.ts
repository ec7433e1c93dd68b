/**
 * XState gives every root actor a system of its own: maps, a scheduler, a dozen closures, 2 KB. Here a few machines
 * share one, as children of a silent root. A few, because XState searches all timers of a system when an actor of it
 * stops; and because one that lives on keeps the system of all.
 */
import { createActor } from 'xstate';
import type { ActorLogic, AnyActorRef, AnyEventObject, Snapshot } from 'xstate';
import type { Timer } from '#contract/ports/system';

/** Machines that share one XState system. */
const seats = 32;

/** The machine that has the word: XState asks its system for timers, and does not say for whom. */
export interface Speaker {
  later(ms: number, ring: () => void): Timer;
  log(text: string): void;
}

interface StopEvent extends AnyEventObject {
  readonly type: 'stop';
  readonly child: AnyActorRef;
}

/** Does nothing but stop its children: what is done, failed or sent to the parent of a machine ends here. */
const silent: ActorLogic<Snapshot<undefined>, StopEvent> = {
  transition: (state, event, scope) => {
    if (event.type === 'stop') scope.stopChild(event.child);
    return state;
  },
  getInitialSnapshot: () => ({ status: 'active', output: undefined, error: undefined }),
  getPersistedSnapshot: (state) => state,
};

export class MachineRoot {
  readonly actor;
  speaker: Speaker | undefined;

  constructor() {
    const clock = {
      setTimeout: (ring: () => void, ms: number): Timer | undefined => this.speaker?.later(ms, ring),
      clearTimeout: (timer: Timer | undefined): void => timer?.cancel(),
    };
    const logger = (...words: unknown[]): void => this.speaker?.log(words.map(String).join(' '));
    this.actor = createActor(silent, { clock, logger });
    this.actor.start();
  }

  stop(child: AnyActorRef): void {
    this.actor.send({ type: 'stop', child });
  }
}

export class MachineRoots {
  #newest: MachineRoot | undefined;
  #taken = 0;

  /** A root with a free seat. Full ones are kept by their machines alone. */
  seat(): MachineRoot {
    if (this.#newest === undefined || this.#taken === seats) {
      this.#newest = new MachineRoot();
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#newest;
  }
}
