/**
 * Walks a statechart: every state and every transition that sample events and time can reach, each by a shortest way.
 * Breadth first, each way from the start in an actor of its own; timers ring when the walk says so, in any order, for
 * an event may come at any moment before them.
 *
 *     const { paths, untaken } = walk(sessionMachine, { input, events: [{ type: 'WELCOMED' }, ...] });
 *     for (const path of paths) test(path.edge.id, () => expect(follow(sessionMachine, input, path.steps)...));
 *     expect(untaken).toEqual([]);
 */
import { createActor } from 'xstate';
import type { AnyActorLogic, AnyActorRef, AnyMachineSnapshot, AnyStateMachine, AnyStateNode } from 'xstate';
import type { AnyTransitionDefinition, EmittedFrom, EventFromLogic, InputFrom } from 'xstate';
import { mapOf } from '#testkit/machine-map';
import type { MachineEdge, MachineMap } from '#testkit/machine-map';

/** What happens to a machine: an event, or the ringing of one of the timers that are set (0 was set first). */
export type Step<E> = { readonly event: E } | { readonly timer: number };

/** One step, as it was taken. */
export interface Taken<M extends AnyStateMachine> {
  /** The event, or the delay that was over. */
  readonly title: string;
  /** None: the machine ignored it. */
  readonly edges: readonly MachineEdge[];
  readonly emitted: readonly EmittedFrom<M>[];
  /** Ids of the states one is in afterwards, outermost first. */
  readonly states: readonly string[];
  /** How many are set. */
  readonly timers: number;
}

/** A shortest way to an edge; its last step takes it. */
export interface WalkPath<M extends AnyStateMachine> {
  readonly edge: MachineEdge;
  readonly steps: readonly Step<EventFromLogic<M>>[];
  /** The steps in words: `WELCOMED, READY, WINDOW_FULL`. */
  readonly title: string;
}

export interface Walk<M extends AnyStateMachine> {
  /** Ids of the states one can be in, in the order of the source. */
  readonly reached: readonly string[];
  /** Those that nothing led to. */
  readonly unreached: readonly string[];
  /** One for each edge taken, in the order of the source. */
  readonly paths: readonly WalkPath<M>[];
  /** Ids of edges that nothing took. */
  readonly untaken: readonly string[];
}

export interface WalkOptions<M extends AnyStateMachine> {
  readonly input: InputFrom<M>;
  /** One or more of each type; several where a guard looks at what an event holds. */
  readonly events: readonly EventFromLogic<M>[];
}

export const walk = <M extends AnyStateMachine>(machine: M, { input, events }: WalkOptions<M>): Walk<M> => {
  const map = mapOf(machine);
  const reached = new Set<string>();
  const paths = new Map<MachineEdge, WalkPath<M>>();
  const seen = new Set<string>();
  const waiting: (readonly Step<EventFromLogic<M>>[])[] = [];

  const visit = (steps: readonly Step<EventFromLogic<M>>[]): void => {
    const journey = new Journey(map, machine, input);
    const taken = [journey.start(), ...steps.map((step) => journey.take(step))];
    const last = taken.at(-1) as Taken<M>;
    const title = taken
      .slice(1)
      .map((step) => step.title)
      .join(', ');
    for (const edge of last.edges) if (!paths.has(edge)) paths.set(edge, { edge, steps, title });
    for (const state of last.states) reached.add(state);
    if (seen.has(journey.place)) return;
    seen.add(journey.place);
    waiting.push(steps);
  };

  visit([]);
  for (let steps = waiting.shift(); steps !== undefined; steps = waiting.shift()) {
    for (const step of nextSteps(map, machine, { input, events }, steps)) visit([...steps, step]);
  }
  // One returns to a history state, one is never in it.
  const states = map.states.filter(({ type }) => type !== 'history').map(({ id }) => id);
  return {
    reached: states.filter((id) => reached.has(id)),
    unreached: states.filter((id) => !reached.has(id)),
    paths: map.edges.flatMap((edge) => paths.get(edge) ?? []),
    untaken: map.edges.filter((edge) => !paths.has(edge)).map(({ id }) => id),
  };
};

/** Takes the steps one after the other; the first answer is that of the start. */
export const follow = <M extends AnyStateMachine>(
  machine: M,
  input: InputFrom<M>,
  steps: readonly Step<EventFromLogic<M>>[],
): readonly Taken<M>[] => {
  const journey = new Journey(mapOf(machine), machine, input);
  return [journey.start(), ...steps.map((step) => journey.take(step))];
};

/** All that may happen next: nothing, to a machine that is done. */
const nextSteps = <M extends AnyStateMachine>(
  map: MachineMap,
  machine: M,
  { input, events }: WalkOptions<M>,
  steps: readonly Step<EventFromLogic<M>>[],
): readonly Step<EventFromLogic<M>>[] => {
  const journey = new Journey(map, machine, input);
  journey.start();
  for (const step of steps) journey.take(step);
  if (journey.done) return [];
  const timers = Array.from({ length: journey.timers }, (_, timer) => ({ timer }));
  return [...events.map((event) => ({ event })), ...timers];
};

interface Timer {
  readonly ring: () => void;
}

/** One actor, watched from its start. */
class Journey<M extends AnyStateMachine> {
  readonly #map: MachineMap;
  readonly #actor: AnyActorRef;
  readonly #timers = new Set<Timer>();
  #edges: MachineEdge[] = [];
  #emitted: EmittedFrom<M>[] = [];

  constructor(map: MachineMap, machine: M, input: InputFrom<M>) {
    this.#map = map;
    const clock = {
      setTimeout: (ring: () => void): Timer => {
        const timer = { ring };
        this.#timers.add(timer);
        return timer;
      },
      clearTimeout: (timer: Timer): void => void this.#timers.delete(timer),
    };
    this.#actor = createActor(machine as AnyActorLogic, {
      clock,
      input,
      inspect: (inspected) => {
        if (inspected.type === '@xstate.microstep') this.#note(inspected._transitions);
      },
    });
    this.#actor.on('*', (emitted: unknown) => this.#emitted.push(emitted as EmittedFrom<M>));
    // An error shows in the snapshot; unwatched, it would be thrown into the void.
    this.#actor.subscribe({ error: () => undefined });
  }

  get done(): boolean {
    return this.#snapshot.status !== 'active';
  }

  /** How many are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Two journeys in one place can go on alike: states and memories of states, but not the numbers in the context. */
  get place(): string {
    const { value, historyValue } = this.#snapshot as Pick<AnyMachineSnapshot, 'status'> & {
      readonly value: unknown;
      readonly historyValue: Readonly<Record<string, readonly AnyStateNode[]>>;
    };
    const memories = Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)]);
    return JSON.stringify([value, memories, this.timers]);
  }

  start(): Taken<M> {
    this.#actor.start();
    return this.#taken('start');
  }

  take(step: Step<EventFromLogic<M>>): Taken<M> {
    [this.#edges, this.#emitted] = [[], []];
    if ('event' in step) {
      const { event } = step;
      // XState would ignore it too, and say so on the console.
      if (this.#snapshot.status === 'active') this.#actor.send(event);
      return this.#taken(event.type as string);
    }
    const timer = [...this.#timers][step.timer];
    if (timer === undefined) throw new Error(`there are ${this.timers} timers, and timer ${step.timer} was to ring`);
    this.#timers.delete(timer);
    timer.ring();
    return this.#taken(`after ${this.#edges.find(({ kind }) => kind === 'delay')?.on ?? 'a delay'}`);
  }

  get #snapshot(): AnyMachineSnapshot {
    return this.#actor.getSnapshot() as AnyMachineSnapshot;
  }

  #note(transitions: readonly AnyTransitionDefinition[]): void {
    this.#edges.push(...transitions.flatMap((transition) => this.#map.edgeOf(transition) ?? []));
  }

  #taken(title: string): Taken<M> {
    const {
      status,
      error,
      _nodes: nodes,
    } = this.#snapshot as AnyMachineSnapshot & {
      readonly _nodes: readonly AnyStateNode[];
    };
    if (status === 'error') throw error;
    const inOrder = [...nodes].sort((one, other) => one.order - other.order);
    return {
      title,
      edges: this.#edges,
      emitted: this.#emitted,
      states: inOrder.map(({ id }) => id),
      timers: this.timers,
    };
  }
}
