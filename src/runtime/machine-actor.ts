/**
 * Hosts a statechart inside an actor, on the driver's clock: the life cycle is the machine, the data path is plain code
 * that asks `state`. What the machine emits comes back through `onEmit`, in the same turn; delayed transitions run in
 * turns of their own. XState ignores what a state does not take and throws errors into the void (a later task): here
 * the one is recorded, the other fails the actor in the turn in which it happened.
 */
import { createActor } from 'xstate';
import type { Actor, AnyActorLogic, AnyActorRef, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { EmittedFrom, EventFromLogic, InputFrom } from 'xstate';
import type { Timer } from '#contract/ports/system';
import type { Context } from '#runtime/types';

export interface MachineHost<TMachine extends AnyStateMachine> {
  send(event: EventFromLogic<TMachine>): void;
  /** Whether the machine is in this state or below it, as `connected` or `connected.live`. */
  in(state: string): boolean;
  /** Present state as text, innermost last: `connected.live`; parallel ones with a comma in between. */
  readonly state: string;
  readonly snapshot: ReturnType<Actor<TMachine>['getSnapshot']>;
  stop(): void;
}

/** The innermost states, each with its path. */
const leaves = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  const parts = Object.entries(value as Record<string, unknown>);
  return parts.flatMap(([name, inner]) => {
    const below = leaves(inner);
    return below.length === 0 ? [name] : below.map((leaf) => `${name}.${leaf}`);
  });
};

class Host<TMachine extends AnyStateMachine> implements MachineHost<TMachine> {
  readonly #context: Context<never>;
  readonly #actor: AnyActorRef;
  #failure: { readonly error: unknown } | undefined;
  /** `#leaves` are those of this snapshot. */
  #seen: unknown;
  #leaves: readonly string[] = [];

  constructor(
    context: Context<never>,
    machine: TMachine,
    input: InputFrom<TMachine>,
    onEmit: (emitted: EmittedFrom<TMachine>) => void,
  ) {
    this.#context = context;
    const clock = {
      setTimeout: (ring: () => void, ms: number): Timer =>
        context.clock.schedule(ms, () => {
          ring();
          this.#rethrow();
        }),
      clearTimeout: (timer: Timer | undefined): void => timer?.cancel(),
    };
    const logger = (...words: unknown[]): void => context.log.info(words.map(String).join(' '), { path: context.path });
    this.#actor = createActor(machine as AnyActorLogic, { id: context.path, clock, logger, input });
    this.#actor.on('*', (emitted: unknown) => {
      try {
        onEmit(emitted as EmittedFrom<TMachine>);
      } catch (error) {
        this.#failure ??= { error };
      }
    });
    this.#actor.subscribe({ error: (error: unknown) => (this.#failure ??= { error }) });
    this.#actor.start();
    this.#rethrow();
  }

  send(event: EventFromLogic<TMachine>): void {
    const snapshot = this.#actor.getSnapshot() as AnyMachineSnapshot;
    if (snapshot.status !== 'active' || !snapshot.can(event)) return this.#context.ignored(event.type, this.state);
    this.#actor.send(event);
    this.#rethrow();
  }

  in(state: string): boolean {
    return this.#where().some((leaf) => leaf === state || leaf.startsWith(`${state}.`));
  }

  get state(): string {
    return this.#where().join(',');
  }

  get snapshot(): ReturnType<Actor<TMachine>['getSnapshot']> {
    return this.#actor.getSnapshot() as ReturnType<Actor<TMachine>['getSnapshot']>;
  }

  stop(): void {
    this.#actor.stop();
  }

  #where(): readonly string[] {
    const snapshot = this.#actor.getSnapshot() as AnyMachineSnapshot;
    if (snapshot !== this.#seen) {
      this.#seen = snapshot;
      this.#leaves = leaves(snapshot.value);
    }
    return this.#leaves;
  }

  #rethrow(): void {
    if (this.#failure === undefined) return;
    const { error } = this.#failure;
    this.#failure = undefined;
    throw error;
  }
}

export const machineActor = <TMachine extends AnyStateMachine>(
  context: Context<never>,
  machine: TMachine,
  input: InputFrom<TMachine>,
  onEmit: (emitted: EmittedFrom<TMachine>) => void,
): MachineHost<TMachine> => new Host(context, machine, input, onEmit);
