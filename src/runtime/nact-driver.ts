/**
 * The production driver: behaviours run on nact (tree, life cycle, scheduling). nact pays a `setImmediate` per message
 * and copies the map of children with each, so that here one nact message is one turn (a batch of ours), and an actor's
 * children hang on a shelf: a nact actor in between that never handles a message.
 */
import { dispatch, spawn, start, stop } from 'nact';
import type { ActorSystemRef, Ref, SupervisionActorFunc } from 'nact';
import type { Clock } from '#contract/ports/system';
import type { Driver, Runnable } from '#runtime/types';

type NactRef = Ref<unknown>;

const turn = Symbol('turn');

class Handle {
  shelf: NactRef | undefined;
  constructor(readonly ref: NactRef) {}
}

/** A turn catches what behaviours throw; what still gets here must not stop the actor and lose its queue. */
const onCrash: SupervisionActorFunc<unknown, NactRef, NactRef> = (_message, _error, context) => context.resume;

/** The runnable is what nact calls the state of its actor: a closure less for each. */
const takeTurn = (runnable: Runnable): Runnable => {
  runnable.turn();
  return runnable;
};

const shelve = (): undefined => undefined;

export class NactDriver implements Driver {
  readonly clock: Clock;
  readonly #system: ActorSystemRef;
  #names = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    this.#system = start();
  }

  attach(runnable: Runnable): void {
    const parent = runnable.parentHandle as Handle | undefined;
    const above = parent === undefined ? this.#system : this.#shelfOf(parent);
    runnable.handle = new Handle(spawn(above, takeTurn, this.#name(), { onCrash, initialState: runnable }));
  }

  schedule(runnable: Runnable): void {
    dispatch((runnable.handle as Handle).ref, turn);
  }

  detach(runnable: Runnable): void {
    stop((runnable.handle as Handle).ref);
  }

  /** Ends the nact system with everything on it. */
  stop(): void {
    stop(this.#system);
  }

  #shelfOf(parent: Handle): NactRef {
    return (parent.shelf ??= spawn(parent.ref, shelve, this.#name(), { onCrash }));
  }

  /** nact allows few characters in a name and makes random ones: ours are counted. */
  #name(): string {
    this.#names += 1;
    return `n${this.#names}`;
  }
}
