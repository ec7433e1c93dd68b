/**
 * Actors by key: activated by the first message to their key, passivated when idle for long enough. A reference into a
 * region outlives the actor behind it. One actor that gives up takes nobody with it: its key is activated anew.
 */
import type { Fault } from '#contract/effects';
import type { Cell } from '#runtime/cell';
import { alone } from '#runtime/supervision';
import type { ActorSystem } from '#runtime/system';
import type { Behaviour, Cause, Context, Ref, SpawnOptions } from '#runtime/types';

export interface RegionOptions<M> {
  readonly behaviour: (key: string) => Behaviour<unknown, M>;
  /** Milliseconds without anything to do after which an actor is passivated. */
  readonly idleMs: number;
  readonly child?: SpawnOptions<unknown>;
}

type Sweep = { readonly t: 'sweep' };

/** A key as part of a path. As encodeURIComponent, but it knows a name for half of a surrogate pair too. */
const nameOf = (key: string): string =>
  /^[\w.~-]*$/.test(key)
    ? key
    : key.replace(/[^\w.~-]/gu, (character) =>
        /\p{Surrogate}/u.test(character)
          ? `%u${character.charCodeAt(0).toString(16).toUpperCase()}`
          : encodeURIComponent(character),
      );

export class Region<M> {
  readonly #behaviour: RegionOptions<M>['behaviour'];
  readonly #idleMs: number;
  readonly #child: SpawnOptions<unknown>;
  readonly #cell: Cell;

  constructor(system: ActorSystem, name: string, options: RegionOptions<M>) {
    this.#behaviour = options.behaviour;
    this.#idleMs = options.idleMs;
    this.#child = { ...options.child, supervision: alone(options.child?.supervision ?? system.supervision) };
    this.#cell = system.spawn(this.#sweeper(), name) as unknown as Cell;
  }

  /** Actors active now. */
  get size(): number {
    return this.#cell.children?.size ?? 0;
  }

  tell(key: string, message: M): Fault | undefined {
    return this.#activate(nameOf(key), key).tell(message);
  }

  /** Only an actor that is active hears of it. */
  tellActive(key: string, cause: Cause, message: M): void {
    this.#cell.children?.get(nameOf(key))?.tellCausedBy(cause, this.#cell.path, message);
  }

  /** May be kept for ever: it costs the region nothing. */
  ref(key: string): Ref<M> {
    return new KeyRef(`${this.#cell.path}/${nameOf(key)}`, () => this.#activate(nameOf(key), key));
  }

  /** A region that has stopped refuses everything itself. */
  #activate(name: string, key: string): Cell {
    const active = this.#cell.children?.get(name);
    if (active !== undefined || this.#cell.stopped) return active ?? this.#cell;
    return this.#cell.spawnChild(this.#behaviour(key), name, this.#child);
  }

  #sweeper(): Behaviour<undefined, Sweep> {
    return {
      kind: 'region',
      init: (context: Context<Sweep>) => {
        context.every('sweep', Math.max(1, this.#idleMs / 2), { t: 'sweep' });
        return undefined;
      },
      receive: (state, _sweep, context) => {
        this.#sweep(context.now - this.#idleMs);
        return state;
      },
    };
  }

  /** Asks the idle ones to go. What is told to them before they do keeps them. */
  #sweep(idleSince: number): void {
    const cause = this.#cell.system.currentId();
    for (const child of this.#cell.children?.values() ?? [])
      if (child.activeAt <= idleSince && child.quiet)
        child.offerControl({ kind: 'stop', reason: { kind: 'passivated' } }, cause);
  }
}

class KeyRef<M> implements Ref<M> {
  readonly #activate: () => Cell;

  constructor(
    readonly path: string,
    activate: () => Cell,
  ) {
    this.#activate = activate;
  }

  tell(message: M): Fault | undefined {
    return this.#activate().tell(message);
  }

  tellCausedBy(cause: Cause, from: string, message: M): Fault | undefined {
    return this.#activate().tellCausedBy(cause, from, message);
  }
}
