// The walk: what it finds in machines made to have it.
import { assign, createMachine, emit, setup } from 'xstate';
import { describe, expect, test } from 'vitest';
import { mapOf } from '#testkit/machine-map';
import { follow, walk } from '#testkit/walk';

/** A lamp that goes out by itself, remembers its colour, and breaks for good. */
const lamp = setup({
  types: { events: {} as { type: 'PRESS' } | { type: 'TURN' } | { type: 'HIT'; force: number } },
  delays: { shine: 60_000, blink: 500 },
  guards: { hard: ({ event }) => event.type === 'HIT' && event.force > 5 },
  actions: { click: emit({ type: 'clicked' }) },
}).createMachine({
  id: 'lamp',
  initial: 'off',
  states: {
    off: { on: { PRESS: { target: 'on.colour', actions: 'click' } } },
    on: {
      initial: 'white',
      after: { shine: 'off' },
      on: { PRESS: 'off', HIT: [{ guard: 'hard', target: 'broken' }, { actions: 'click' }] },
      states: {
        white: { on: { TURN: 'red' } },
        red: { after: { blink: 'white' } },
        colour: { type: 'history' },
      },
    },
    broken: { type: 'final' },
  },
});
const hits = [
  { type: 'HIT', force: 1 },
  { type: 'HIT', force: 9 },
] as const;
const walkLamp = () => walk(lamp, { input: undefined, events: [{ type: 'PRESS' }, { type: 'TURN' }, ...hits] });

describe('walk', () => {
  test('takes every transition, each by a shortest way', () => {
    const { paths, untaken, unreached } = walkLamp();
    expect({ untaken, unreached }).toEqual({ untaken: [], unreached: [] });
    expect(paths.map(({ edge, title }) => `${edge.id}, by ${title}`)).toEqual([
      'lamp.off: PRESS, by PRESS',
      'lamp.on: PRESS, by PRESS, PRESS',
      'lamp.on: HIT [hard], by PRESS, HIT',
      'lamp.on: HIT, by PRESS, HIT',
      'lamp.on: delay shine, by PRESS, after shine',
      'lamp.on.white: TURN, by PRESS, TURN',
      'lamp.on.red: delay blink, by PRESS, TURN, after blink',
    ]);
  });

  test('says which transitions and states the samples did not reach', () => {
    const { untaken, unreached, reached } = walk(lamp, { input: undefined, events: [{ type: 'PRESS' }] });
    expect(reached).toEqual(['lamp', 'lamp.off', 'lamp.on', 'lamp.on.white']);
    expect(unreached).toEqual(['lamp.on.red', 'lamp.broken']);
    expect(untaken).toEqual(['lamp.on: HIT [hard]', 'lamp.on: HIT', 'lamp.on.white: TURN', 'lamp.on.red: delay blink']);
  });

  test('finds what can only be reached from a remembered state', () => {
    const door = createMachine({
      id: 'door',
      initial: 'shut',
      states: {
        shut: { on: { PUSH: 'open.before', LOCK: 'locked' } },
        open: {
          initial: 'ajar',
          on: { PULL: 'shut' },
          states: { ajar: { on: { PUSH: 'wide' } }, wide: { on: { SLAM: '#door.gone' } }, before: { type: 'history' } },
        },
        locked: {},
        gone: {},
      },
    });
    const events = ['PUSH', 'PULL', 'LOCK', 'SLAM'].map((type) => ({ type }));
    expect(walk(door, { input: undefined, events })).toMatchObject({ unreached: [], untaken: [] });
  });

  test('ends although numbers in the context grow for ever', () => {
    const counter = createMachine({
      id: 'counter',
      context: { count: 0 },
      on: { ADD: { actions: assign({ count: ({ context }) => context.count + 1 }) } },
    });
    expect(walk(counter, { input: undefined, events: [{ type: 'ADD' }] }).paths).toHaveLength(1);
  });

  test('an error in a machine ends the walk with that error', () => {
    const faulty = createMachine({
      id: 'faulty',
      on: {
        GO: {
          actions: () => {
            throw new Error('planted');
          },
        },
      },
    });
    expect(() => walk(faulty, { input: undefined, events: [{ type: 'GO' }] })).toThrow('planted');
  });
});

describe('follow', () => {
  test('tells each step: what was taken, emitted, where it led, and what may ring', () => {
    const [start, press, turn, hit] = follow(lamp, undefined, [
      { event: { type: 'PRESS' } },
      { event: { type: 'TURN' } },
      { event: { type: 'HIT', force: 1 } },
    ]);
    expect(start).toEqual({ title: 'start', edges: [], emitted: [], states: ['lamp', 'lamp.off'], timers: 0 });
    expect(press).toMatchObject({ title: 'PRESS', emitted: [{ type: 'clicked' }], timers: 1 });
    expect(turn).toMatchObject({ states: ['lamp', 'lamp.on', 'lamp.on.red'], timers: 2 });
    expect(hit?.edges.map(({ id }) => id)).toEqual(['lamp.on: HIT']);
  });

  test('rings the timer it is told to, in any order', () => {
    const red = [{ event: { type: 'PRESS' } }, { event: { type: 'TURN' } }] as const;
    const ringing = (timer: number) => follow(lamp, undefined, [...red, { timer }]).at(-1);
    expect([ringing(0), ringing(1)].map((taken) => taken?.title)).toEqual(['after shine', 'after blink']);
    expect(() => ringing(2)).toThrow('there are 2 timers');
  });

  test('what a machine ignores, or what comes after its end, takes no transition', () => {
    const steps = [{ event: { type: 'TURN' } }, { event: { type: 'PRESS' } }, { event: hits[1] }] as const;
    const taken = follow(lamp, undefined, [...steps, { event: { type: 'PRESS' } }]);
    expect(taken.map(({ edges }) => edges.length)).toEqual([0, 0, 1, 1, 0]);
  });
});

describe('machine map', () => {
  test('knows what is nameless, and keeps twins apart', () => {
    const plain = createMachine({
      id: 'plain',
      initial: 'a',
      states: {
        a: {
          entry: () => undefined,
          on: { GO: [{ guard: () => true, target: 'b' }, { guard: () => false }] },
          after: { 100: 'b' },
        },
        b: {},
      },
    });
    const { states, edges } = mapOf(plain);
    expect(states.map(({ entry }) => entry)).toEqual([[], ['unnamed'], []]);
    expect(edges.map(({ id, on }) => [id, on])).toEqual([
      ['plain.a: GO [unnamed]', 'GO'],
      ['plain.a: GO [unnamed] (2)', 'GO'],
      ['plain.a: delay 100', '100'],
    ]);
  });
});
