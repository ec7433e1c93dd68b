/**
 * Draws a statechart as a page of Markdown: a Mermaid diagram and two tables, all from its definition, so that picture
 * and machine cannot drift apart.
 */
import type { AnyStateMachine } from 'xstate';
import { mapOf } from '#testkit/machine-map';
import type { MachineEdge, MachineMap, MachineState } from '#testkit/machine-map';

const origin = 'Written by `npm run docs:machines`: change the machine, not this page.';

/** The page of one machine; `source` is where its definition lies, seen from the page. */
export const machinePage = (machine: AnyStateMachine, source: string): string => {
  const map = mapOf(machine);
  const [root] = map.states;
  return lines(
    `# ${map.id}`,
    '',
    root?.description ?? '',
    '',
    origin,
    `Definition: [${source.split('/').slice(-2).join('/')}](${source}).`,
    '',
    '```mermaid',
    ...diagram(map),
    '```',
    '',
    '## States',
    '',
    ...table(['state', 'what it means', 'on entry'], map.states.slice(1).map(stateRow(map))),
    '',
    '## Transitions',
    '',
    ...table(['from', 'on', 'to', 'does', 'why'], map.edges.map(edgeRow(map))),
  );
};

/** The list of all pages; each machine with the name of its page. */
export const machineIndex = (machines: Readonly<Record<string, AnyStateMachine>>): string =>
  lines(
    '# Machines',
    '',
    'What may happen to whom, as statecharts. Every transition is walked by a test of its own (`test/machines`).',
    origin,
    '',
    ...table(
      ['machine', 'what it is', 'states'],
      Object.entries(machines).map(([page, machine]) => {
        const [root, ...states] = mapOf(machine).states;
        const top = states.filter(({ parent, type }) => parent === root?.id && type !== 'history');
        return [`[${machine.id}](${page}.md)`, root?.description ?? '', top.map(({ key }) => key).join(', ')];
      }),
    ),
  );

const lines = (...parts: readonly string[]): string => `${parts.join('\n')}\n`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(inCell).join(' | ')} |`);

const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** The way to a state without the machine's own name: `connected.live`. */
const wayTo = ({ id }: MachineMap, state: string): string => (state === id ? id : state.slice(id.length + 1));

const stateRow =
  (map: MachineMap) =>
  ({ id, type, description, entry }: MachineState): string[] => {
    const kind = type === 'final' || type === 'history' ? ` (${type})` : '';
    return [`\`${wayTo(map, id)}\`${kind}`, description, entry.map((name) => `\`${name}\``).join(', ')];
  };

const edgeRow =
  (map: MachineMap) =>
  (edge: MachineEdge): string[] => [
    `\`${wayTo(map, edge.source)}\``,
    trigger(edge),
    edge.targets.map((target) => `\`${wayTo(map, target)}\``).join(', ') || 'stays',
    edge.actions.map((name) => `\`${name}\``).join(', '),
    edge.description,
  ];

const trigger = ({ kind, on, guard }: MachineEdge): string => {
  const word = { event: on, delay: `after ${on}`, always: 'always', done: 'done' }[kind];
  return guard === undefined ? word : `${word} [${guard}]`;
};

const diagram = (map: MachineMap): string[] => ['stateDiagram-v2', ...inside(map, map.id).map(indented)];

const indented = (line: string): string => `  ${line}`;

/** A state with all that is in it: where it begins, what it holds, and the arrows between. */
const inside = (map: MachineMap, id: string): string[] => {
  const state = map.states.find((candidate) => candidate.id === id);
  const children = map.states.filter(({ parent }) => parent === id);
  return [
    ...children.flatMap((child, index) => [
      ...(state?.type === 'parallel' && index > 0 ? ['--'] : []),
      ...drawn(map, child),
    ]),
    ...(state?.initial === undefined ? [] : [`[*] --> ${node(map, state.initial)}`]),
    ...arrows(map, id),
    ...children.filter(({ type }) => type === 'final').map((child) => `${node(map, child.id)} --> [*]`),
  ];
};

const drawn = (map: MachineMap, { id, key, type }: MachineState): string[] => {
  const label = type === 'history' ? `${key} (history)` : key;
  const declared = `state "${label}" as ${node(map, id)}`;
  return type === 'compound' || type === 'parallel'
    ? [`${declared} {`, ...inside(map, id).map(indented), '}']
    : [declared];
};

/** Arrows are drawn in the innermost state that holds both ends; several between the same two become one. */
const arrows = (map: MachineMap, id: string): string[] => {
  const labels = new Map<string, string[]>();
  for (const edge of map.edges) {
    for (const target of edge.targets.length === 0 ? [edge.source] : edge.targets) {
      if (holder(map, edge.source, target) !== id) continue;
      const arrow = `${node(map, edge.source)} --> ${node(map, target)}`;
      labels.set(arrow, [...(labels.get(arrow) ?? []), trigger(edge)]);
    }
  }
  return [...labels].map(([arrow, triggers]) => `${arrow} : ${triggers.join(', ')}`);
};

const holder = (map: MachineMap, one: string, other: string): string => {
  const above = (id: string): string[] => {
    const parent = map.states.find((state) => state.id === id)?.parent;
    return parent === undefined ? [] : [parent, ...above(parent)];
  };
  const holders = above(other);
  return above(one).find((id) => holders.includes(id)) ?? map.id;
};

/** Mermaid takes no dots in names. */
const node = (map: MachineMap, id: string): string => wayTo(map, id).replaceAll('.', '_');
