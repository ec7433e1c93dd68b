/**
 * Hosts a statechart inside an actor, on the driver's clock: the life cycle is the machine, the data path is plain code
 * that asks `state`. What the machine emits comes back through `onEmit`, in the same turn; delayed transitions run in
 * turns of their own. XState ignores what a state does not take and throws errors into the void (a later task): here
 * the one is recorded, the other fails the actor in the turn in which it happened.
 */
import { createActor } from 'xstate';
import type { Actor, AnyActorLogic, AnyActorRef, AnyEventObject, AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { EmittedFrom, EventFromLogic, InputFrom } from 'xstate';
import type { Timer } from '#contract/ports/system';
import type { CellContext } from '#runtime/context';
import type { MachineRoot, Speaker } from '#runtime/machine-roots';
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

class Host<TMachine extends AnyStateMachine> implements MachineHost<TMachine>, Speaker, Timer {
  readonly #context: CellContext;
  readonly #root: MachineRoot;
  readonly #actor: AnyActorRef;
  #failure: { readonly error: unknown } | undefined;
  /** `#leaves` are those of this snapshot. */
  #seen: unknown;
  #leaves: readonly string[] = [];

  constructor(
    context: CellContext,
    machine: TMachine,
    input: InputFrom<TMachine>,
    onEmit: (emitted: EmittedFrom<TMachine>) => void,
  ) {
    this.#context = context;
    this.#root = context.seatForMachine(this);
    const { actor: parent } = this.#root;
    this.#actor = createActor(machine as AnyActorLogic, { id: context.path, parent, input });
    this.#actor.on('*', (emitted: unknown) => {
      try {
        onEmit(emitted as EmittedFrom<TMachine>);
      } catch (error) {
        this.#failure ??= { error };
      }
    });
    this.#speak(() => this.#actor.start());
  }

  send(event: EventFromLogic<TMachine>): void {
    const snapshot = this.#actor.getSnapshot() as AnyMachineSnapshot;
    const { type } = event as AnyEventObject;
    if (snapshot.status !== 'active' || !snapshot.can(event)) return this.#context.ignored(type, this.state);
    this.#speak(() => this.#actor.send(event));
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
    this.#context.releaseMachine(this);
    this.cancel();
  }

  /** The end of the incarnation. */
  cancel(): void {
    this.#root.stop(this.#actor);
  }

  later(ms: number, ring: () => void): Timer {
    return this.#context.clock.schedule(ms, () => this.#speak(ring));
  }

  log(text: string): void {
    this.#context.log.info(text, { path: this.#context.path });
  }

  #where(): readonly string[] {
    const snapshot = this.#actor.getSnapshot() as AnyMachineSnapshot;
    if (snapshot !== this.#seen) {
      this.#seen = snapshot;
      this.#leaves = leaves(snapshot.value);
    }
    return this.#leaves;
  }

  /** Whatever the machine or its listener throws meanwhile is thrown here. */
  #speak(work: () => void): void {
    const root = this.#root;
    const { speaker } = root;
    root.speaker = this;
    try {
      work();
    } finally {
      root.speaker = speaker;
    }
    const failure = this.#failure ?? errorOf(this.#actor);
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }
}

const errorOf = (actor: AnyActorRef): { readonly error: unknown } | undefined => {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot;
  return snapshot.status === 'error' ? { error: snapshot.error } : undefined;
};

export const machineActor = <TMachine extends AnyStateMachine>(
  context: Context<never>,
  machine: TMachine,
  input: InputFrom<TMachine>,
  onEmit: (emitted: EmittedFrom<TMachine>) => void,
): MachineHost<TMachine> => new Host(context as unknown as CellContext, machine, input, onEmit);
