// A few machines share one XState system: they save its memory and must not feel each other.
import { describe, expect, test } from 'vitest';
import { createMachine, emit, sendParent } from 'xstate';
import type { AnyActorRef } from 'xstate';
import { machineActor } from '#runtime/machine-actor';
import type { MachineHost } from '#runtime/machine-actor';
import type { Behaviour, Ref } from '#runtime/types';
import { world } from '#testkit/probe';

const boom = (): never => {
  throw new Error('boom');
};

const machine = createMachine({
  initial: 'a',
  states: {
    a: {
      after: { 10: 'b' },
      on: { FAIL: { actions: boom }, END: 'end', TELL: { actions: sendParent({ type: 'X' }) } },
    },
    b: { entry: emit({ type: 'arrived' }), after: { 10: 'a' } },
    end: { type: 'final' },
  },
});

type Hosted = MachineHost<typeof machine>;

const scene = (count: number) => {
  const { system, driver, logged } = world();
  const hosts = new Map<string, Hosted>();
  const arrived: string[] = [];
  const behaviour: Behaviour<Hosted, string> = {
    kind: 'hosting',
    init: (context) => {
      const host = machineActor(context as never, machine, undefined, () => void arrived.push(context.path));
      hosts.set(context.path, host);
      return host;
    },
    receive: (host, type, context) => {
      if (type === 'STOP') context.stop(context.self);
      else host.send({ type });
      return host;
    },
  };
  const refs = Array.from({ length: count }, (_, index) => system.spawn(behaviour, `m${index}`));
  driver.settle();
  const state = (index: number) => hosts.get(`/m${index}`)?.state;
  const tell = (index: number, type: string) => {
    (refs[index] as Ref<string>).tell(type);
    driver.settle();
  };
  return { system, driver, logged, hosts, arrived, state, tell };
};

/** XState’s own view: the actors that a machine shares its system with. */
const rootOf = (actor: AnyActorRef | undefined): unknown => actor?._parent;

describe('Machines that share a root', () => {
  test('keep their own time, in their own actors', () => {
    const { driver, arrived, state, tell } = scene(40);
    driver.advance(5);
    tell(3, 'END');
    driver.advance(5);
    expect(arrived.length).toBe(39);
    expect(new Set(arrived).size).toBe(39);
    expect([state(2), state(3)]).toEqual(['b', 'end']);
    expect(driver.clock.pending).toBe(39);
  });

  test('fail alone: the others go on, and the failed one starts anew', () => {
    const { driver, logged, arrived, state, tell } = scene(5);
    tell(1, 'FAIL');
    tell(2, 'TELL');
    expect(logged.map(({ fields }) => fields['path'])).toEqual(['/m1']);
    driver.advance(10);
    expect(arrived).toEqual(['/m0', '/m2', '/m3', '/m4']);
    driver.advance(95);
    expect(logged.length).toBe(1);
    expect(state(1)).toBe('a');
    driver.advance(10);
    expect(arrived).toContain('/m1');
  });

  test('leave it when their actor ends or restarts: no timer stays, no machine is kept', () => {
    const { system, driver, hosts, tell } = scene(5);
    const kept = [...hosts.values()].map(({ snapshot }) => snapshot);
    expect(kept.every(({ status }) => status === 'active')).toBe(true);
    const before = hosts.get('/m1');
    tell(0, 'STOP');
    tell(1, 'FAIL');
    expect(hosts.get('/m0')?.snapshot.status).toBe('stopped');
    expect(before?.snapshot.status).toBe('error');
    // Three machines wait, and one actor waits to restart.
    expect(driver.clock.pending).toBe(4);
    system.stop();
    expect([...hosts.values()].map(({ snapshot }) => snapshot.status)).toEqual([
      'stopped',
      'error',
      'stopped',
      'stopped',
      'stopped',
    ]);
    expect(driver.clock.pending).toBe(0);
  });

  test('are few: the 33rd has another root', () => {
    const roots: unknown[] = [];
    const { system, driver } = world();
    const asking = createMachine({
      initial: 'a',
      states: { a: { entry: ({ self }) => void roots.push(rootOf(self)) } },
    });
    const behaviour: Behaviour<unknown, never> = {
      kind: 'asking',
      init: (context) => machineActor(context, asking, undefined, () => undefined),
      receive: (state) => state,
    };
    for (let index = 0; index < 65; index += 1) system.spawn(behaviour, `m${index}`);
    driver.settle();
    expect([roots.length, new Set(roots).size]).toEqual([65, 3]);
    expect(new Set(roots.slice(0, 32)).size).toBe(1);
  });
});
