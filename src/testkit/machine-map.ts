/**
 * A statechart as a list of states and of edges, in the order of its source: what there is to walk, to describe and to
 * draw. An edge is one transition; its id says what happens where, so that a list of ids reads as a story.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

export interface MachineState {
  /** Ids of states: the machine, then the way down, with dots. */
  readonly id: string;
  /** Last part of the id. */
  readonly key: string;
  /** Absent for the machine itself. */
  readonly parent?: string;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Where one gets to by entering it. */
  readonly initial?: string;
  readonly description: string;
  /** What happens on entry, by name where it has one. */
  readonly entry: readonly string[];
}

export interface MachineEdge {
  readonly id: string;
  readonly source: string;
  /** Empty: it stays where it is. */
  readonly targets: readonly string[];
  readonly kind: 'event' | 'delay' | 'always' | 'done';
  /** The event, or the name of the delay (a number, where it has none). */
  readonly on: string;
  readonly guard?: string;
  readonly description: string;
  readonly actions: readonly string[];
}

export interface MachineMap {
  readonly id: string;
  readonly states: readonly MachineState[];
  readonly edges: readonly MachineEdge[];
  /** The edge that a transition of this machine is; undefined for what is none (the first step into a machine). */
  readonly edgeOf: (transition: AnyTransitionDefinition) => MachineEdge | undefined;
}

export const mapOf = (machine: AnyStateMachine): MachineMap => {
  const nodes = below(machine.root as AnyStateNode);
  const edges = new Map<AnyTransitionDefinition, MachineEdge>();
  const ids = new Set<string>();
  for (const transition of nodes.flatMap(transitionsOf)) {
    const edge = edgeFor(transition);
    // Two may differ in a nameless guard alone.
    let id = edge.id;
    for (let twin = 2; ids.has(id); twin += 1) id = `${edge.id} (${twin})`;
    ids.add(id);
    edges.set(transition, { ...edge, id });
  }
  return {
    id: machine.id,
    states: nodes.map(stateFor),
    edges: [...edges.values()],
    edgeOf: (transition) => edges.get(transition),
  };
};

const below = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states as Record<string, AnyStateNode>).flatMap(below),
];

const transitionsOf = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
];

const stateFor = (node: AnyStateNode): MachineState => ({
  id: node.id,
  key: node.key,
  type: node.type,
  description: node.description ?? '',
  entry: node.entry.map(nameOf).filter((name) => name !== 'xstate.raise'),
  ...(node.parent === undefined ? {} : { parent: (node.parent as AnyStateNode).id }),
  ...(node.type === 'compound' ? { initial: node.initial.target[0]?.id ?? '' } : {}),
});

const edgeFor = (transition: AnyTransitionDefinition): MachineEdge => {
  const source = transition.source.id;
  const { kind, on } = triggerOf(transition);
  const guard = transition.guard === undefined ? undefined : nameOf(transition.guard);
  const trigger = kind === 'event' ? on : [kind, on].filter((word) => word !== '').join(' ');
  return {
    id: [`${source}: ${trigger}`, ...(guard === undefined ? [] : [`[${guard}]`])].join(' '),
    source,
    targets: (transition.target ?? []).map(({ id }) => id),
    kind,
    on,
    ...(guard === undefined ? {} : { guard }),
    description: transition.description ?? '',
    actions: transition.actions.map(nameOf),
  };
};

const triggerOf = (transition: AnyTransitionDefinition): Pick<MachineEdge, 'kind' | 'on'> => {
  const eventType = transition.eventType as string;
  if (eventType === '') return { kind: 'always', on: '' };
  if (eventType.startsWith('xstate.done.')) return { kind: 'done', on: '' };
  const delay = delayIn(eventType, transition.source.id);
  return delay === undefined ? { kind: 'event', on: eventType } : { kind: 'delay', on: delay };
};

/** XState calls it `xstate.after.DELAY.STATE`. */
const delayIn = (eventType: string, state: string): string | undefined => {
  const [before, after] = ['xstate.after.', `.${state}`];
  if (!eventType.startsWith(before) || !eventType.endsWith(after)) return undefined;
  return eventType.slice(before.length, -after.length);
};

/** Guards and actions: a text or a `type`. A function written in place has none, whatever the language calls it. */
const nameOf = (part: unknown): string => {
  if (typeof part === 'string') return part;
  const { type } = part as { readonly type?: unknown };
  return typeof type === 'string' ? type : 'unnamed';
};
