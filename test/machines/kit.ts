// What every statechart is tested for: each state and transition described, reached and walked, each by a path of its
// own; delays with names; no timer left at the end.
import type { AnyStateMachine, InputFrom } from 'xstate';
import { describe, expect, test } from 'vitest';
import { mapOf } from '#testkit/machine-map';
import type { MachineMap } from '#testkit/machine-map';
import { follow, walk } from '#testkit/walk';
import type { WalkOptions } from '#testkit/walk';

export const walkEverywhere = <M extends AnyStateMachine>(machine: M, options: WalkOptions<M>): void => {
  const map = mapOf(machine);
  describe(`${machine.id}: definition`, () => described(map, Object.keys(machine.implementations.delays)));
  describe(`${machine.id}: paths`, () => walked(machine, map, options));
};

const described = ({ states, edges }: MachineMap, delays: readonly string[]): void => {
  test('every state and every transition has a description', () => {
    const silent = [...states, ...edges].filter(({ description }) => description.trim() === '');
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  test('every delay has a name, and every name a length', () => {
    const used = edges.filter(({ kind }) => kind === 'delay').map(({ on }) => on);
    expect(used.filter((name) => !Number.isNaN(Number(name)))).toEqual([]);
    expect([...new Set(used)].sort()).toEqual([...delays].sort());
  });

  test('guards and actions have names, so that a picture can show them', () => {
    const names = [...states.flatMap(({ entry }) => entry), ...edges.flatMap(({ actions }) => actions)];
    const guards = edges.flatMap(({ guard }) => guard ?? []);
    expect([...names, ...guards].filter((name) => /^(xstate\.|unnamed)/.test(name))).toEqual([]);
  });

  test('there is an end, and no transition leaves it', () => {
    const finals = states.filter(({ type }) => type === 'final').map(({ id }) => id);
    expect(finals).not.toEqual([]);
    expect(edges.filter(({ source }) => finals.includes(source)).map(({ id }) => id)).toEqual([]);
  });
};

const walked = <M extends AnyStateMachine>(machine: M, map: MachineMap, options: WalkOptions<M>): void => {
  const { input, events } = options;
  const found = walk(machine, options);

  test('every state is reached, every transition taken', () => {
    expect({ unreached: found.unreached, untaken: found.untaken }).toEqual({ unreached: [], untaken: [] });
    expect(found.paths.map(({ edge }) => edge.id)).toEqual(map.edges.map(({ id }) => id));
  });

  test('no sample event is one that the machine does not know', () => {
    const known = new Set(map.edges.filter(({ kind }) => kind === 'event').map(({ on }) => on));
    expect(events.map((event) => event.type as string).filter((type) => !known.has(type))).toEqual([]);
  });

  test.each(found.paths)('$edge.id, by $title', ({ edge, steps }) => {
    const last = follow(machine, input, steps).at(-1);
    expect(last?.edges.map(({ id }) => id)).toContain(edge.id);
    for (const target of edge.targets) expect(last?.states).toContain(insideOf(map, target));
  });

  const ends = found.paths.filter(({ edge }) => edge.targets.some((target) => isFinal(map, target)));
  test.each(ends)('nothing rings after $edge.id, by $title', ({ steps }) => {
    expect(follow(machine, input, steps).at(-1)?.timers).toBe(0);
  });
};

const isFinal = ({ states }: MachineMap, id: string): boolean => states.some((s) => s.id === id && s.type === 'final');

/** One is never in a history state, but then in its parent. */
const insideOf = ({ states }: MachineMap, target: string): string => {
  const state = states.find(({ id }) => id === target);
  return state?.type === 'history' ? (state.parent ?? target) : target;
};

/** What a machine emits on its way through these events, and the state it ends in. */
export const after = <M extends AnyStateMachine>(
  machine: M,
  input: InputFrom<M>,
  ...steps: Parameters<typeof follow<M>>[2]
): { readonly state: string | undefined; readonly emitted: readonly unknown[] } => {
  const taken = follow(machine, input, steps);
  return { state: taken.at(-1)?.states.at(-1), emitted: taken.flatMap(({ emitted }) => [...emitted]) };
};
