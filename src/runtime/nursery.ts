/**
 * An actor whose children are started from outside, by name: one for each connection, say. It does nothing itself, and
 * a child that gives up takes nobody with it.
 */
import type { Cell } from '#runtime/cell';
import { alone } from '#runtime/supervision';
import type { ActorSystem } from '#runtime/system';
import type { Behaviour, Ref, SpawnOptions } from '#runtime/types';

export class Nursery {
  readonly #system: ActorSystem;
  readonly #cell: Cell;

  constructor(system: ActorSystem, name: string) {
    const behaviour: Behaviour<undefined, never> = {
      kind: 'nursery',
      init: () => undefined,
      receive: (state) => state,
    };
    this.#system = system;
    this.#cell = system.spawn(behaviour, name) as unknown as Cell;
  }

  /** Children alive. */
  get size(): number {
    return this.#cell.children?.size ?? 0;
  }

  /** The name must be free. Throws `runtime.stopped` once the system has stopped. */
  spawn<S, M>(behaviour: Behaviour<S, M>, name: string, options: SpawnOptions = {}): Ref<M> {
    const supervision = alone(options.supervision ?? this.#system.supervision);
    return this.#cell.spawnChild(behaviour, name, { ...(options as SpawnOptions<unknown>), supervision });
  }
}
