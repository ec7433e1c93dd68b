/** An actor whose children are started from outside, by name: one for each connection, say. It does nothing itself. */
import type { Cell } from '#runtime/cell';
import type { ActorSystem } from '#runtime/system';
import type { Behaviour, Ref, SpawnOptions } from '#runtime/types';

export class Nursery {
  readonly #cell: Cell;

  constructor(system: ActorSystem, name: string) {
    const behaviour: Behaviour<undefined, never> = {
      kind: 'nursery',
      init: () => undefined,
      receive: (state) => state,
    };
    this.#cell = system.spawn(behaviour, name) as unknown as Cell;
  }

  /** Children alive. */
  get size(): number {
    return this.#cell.children?.size ?? 0;
  }

  spawn<S, M>(behaviour: Behaviour<S, M>, name: string, options: SpawnOptions = {}): Ref<M> {
    return this.#cell.spawnChild(behaviour as Behaviour<unknown, unknown>, name, options as SpawnOptions<unknown>);
  }
}
