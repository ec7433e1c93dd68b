// A statechart inside an actor: on the driver's clock, under the actor's name, and nothing of it happens in silence.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assign, createMachine, emit, log, setup } from 'xstate';
import type { AnyStateMachine } from 'xstate';
import { machineActor } from '#runtime/machine-actor';
import type { MachineHost } from '#runtime/machine-actor';
import type { Behaviour } from '#runtime/types';
import { probe } from '#testkit/probe';

const boom = (): never => {
  throw new Error('boom');
};

interface Hosted {
  readonly host: MachineHost<AnyStateMachine>;
}
type Word = { readonly type: string } | ((hosted: Hosted) => void);

const hosting = (machine: AnyStateMachine, emitted: (event: { readonly type: string }) => void = () => undefined) => {
  const behaviour: Behaviour<Hosted, Word> = {
    kind: 'hosting',
    init: (context) => ({ host: machineActor(context as never, machine, undefined, emitted as never) }),
    receive: (hosted, word) => {
      if (typeof word === 'function') word(hosted);
      else hosted.host.send(word);
      return hosted;
    },
  };
  const played = probe(behaviour);
  let host: MachineHost<AnyStateMachine> | undefined;
  played.send((hosted) => void (host = hosted.host));
  return { ...played, state: () => host?.state, host: () => host as MachineHost<AnyStateMachine> };
};

const lost: unknown[] = [];
const catchLost = (error: unknown): void => void lost.push(error);
beforeEach(() => {
  lost.length = 0;
  process.on('uncaughtException', catchLost);
});
afterEach(async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off('uncaughtException', catchLost);
  expect(lost).toEqual([]);
});

describe('Delayed transitions', () => {
  const chain = createMachine({
    initial: 'a',
    states: { a: { after: { 10: 'b' } }, b: { after: { 10: 'c' } }, c: { after: { 100: 'd' } }, d: {} },
  });

  test('two in a chain of 10 are done after 20 (XState’s own simulated clock fails this)', () => {
    const { advance, state } = hosting(chain);
    advance(10);
    expect(state()).toBe('b');
    advance(10);
    expect(state()).toBe('c');
  });

  test('take turns of their own, as envelopes', () => {
    const { advance, received, transcript } = hosting(chain);
    advance(20);
    expect(received.filter((word) => typeof word === 'object')).toEqual([{ t: 'start' }, { t: 'call' }, { t: 'call' }]);
    expect(transcript.at(-1)).toMatchObject({ at: 20, from: '/actor' });
  });

  test('end with the actor: nothing stays on the clock', () => {
    const { advance, system, driver, deadLetters } = hosting(chain);
    advance(20);
    expect(driver.clock.pending).toBe(1);
    system.stop();
    expect(driver.clock.pending).toBe(0);
    advance(1_000);
    expect(deadLetters()).toEqual([]);
  });

  test('are cancelled when their state is left', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { after: { 10: 'late' }, on: { GO: 'b' } }, b: {}, late: {} },
    });
    const { send, advance, state, driver } = hosting(machine);
    send({ type: 'GO' });
    expect(driver.clock.pending).toBe(0);
    advance(100);
    expect(state()).toBe('b');
  });
});

test('A timer that rang is forgotten: hundreds of delayed transitions leave nothing behind', () => {
  const ticking = createMachine({
    initial: 'a',
    states: { a: { after: { 10: 'b' } }, b: { after: { 10: 'a' } } },
  });
  const { advance, system, driver } = hosting(ticking);
  let cancelled = 0;
  const schedule = driver.timers.schedule.bind(driver.timers);
  vi.spyOn(driver.timers, 'schedule').mockImplementation((ms, ring) => {
    const timer = schedule(ms, ring);
    return { cancel: () => ((cancelled += 1), timer.cancel()) };
  });
  advance(5_000);
  expect(cancelled).toBe(0);
  system.stop();
  // The one that is left, by XState and by its actor.
  expect(cancelled).toBe(2);
});

describe('Two machines of one actor', () => {
  test('may tell each other while they speak: each keeps its own timers and its own errors', () => {
    const first = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { entry: emit({ type: 'now you' }), after: { 10: { actions: boom } } } },
    });
    const second = createMachine({ initial: 'x', states: { x: { on: { GO: 'y' } }, y: {} } });
    const behaviour: Behaviour<readonly MachineHost<AnyStateMachine>[], string> = {
      kind: 'two',
      init: (context) => {
        const other = machineActor(context, second, undefined, () => undefined);
        return [machineActor(context, first, undefined, () => other.send({ type: 'GO' })), other];
      },
      receive: (hosts) => {
        hosts[0]?.send({ type: 'GO' });
        expect(hosts.map(({ state }) => state)).toEqual(['b', 'y']);
        return hosts;
      },
    };
    const { send, advance, logged } = probe(behaviour);
    send('go');
    expect(logged).toEqual([]);
    advance(10);
    expect(logged).toMatchObject([{ message: 'an actor failed', fields: { error: 'Error: boom' } }]);
  });
});

describe('What a machine emits', () => {
  test('arrives in the same turn, from the first state on', () => {
    const emitted: string[] = [];
    const machine = createMachine({
      initial: 'a',
      states: {
        a: { entry: emit({ type: 'entered a' }), on: { GO: { target: 'b', actions: emit({ type: 'leaving' }) } } },
        b: { entry: emit({ type: 'entered b' }), after: { 5: { actions: emit({ type: 'delayed' }) } } },
      },
    });
    const { send, advance } = hosting(machine, ({ type }) => void emitted.push(type));
    expect(emitted).toEqual(['entered a']);
    send({ type: 'GO' });
    expect(emitted).toEqual(['entered a', 'leaving', 'entered b']);
    advance(5);
    expect(emitted.at(-1)).toBe('delayed');
  });

  test('and its listener cannot swallow an error: the actor fails (XState throws it into a later task)', () => {
    const machine = createMachine({ initial: 'a', states: { a: { on: { GO: { actions: emit({ type: 'x' }) } } } } });
    const { send, logged } = hosting(machine, () => {
      throw new Error('listener');
    });
    send({ type: 'GO' });
    expect(logged).toMatchObject([{ message: 'an actor failed', fields: { error: 'Error: listener' } }]);
  });
});

describe('An event that the present state does not take', () => {
  const machine = createMachine({ initial: 'a', states: { a: { on: { GO: 'end' } }, end: { type: 'final' } } });

  test('is recorded with the state', () => {
    const { send, deadLetters } = hosting(machine);
    send({ type: 'NO' });
    expect(deadLetters()).toMatchObject([{ reason: 'ignored', what: 'NO in a', path: '/actor', envelope: 3 }]);
  });

  test('is recorded too once the machine is done', () => {
    const { send, deadLetters, state } = hosting(machine);
    ['GO', 'GO'].forEach((type) => void send({ type }));
    expect([state(), deadLetters().map(({ what }) => what)]).toEqual(['end', ['GO in end']]);
  });
});

describe('A machine that throws', () => {
  test.each([
    ['in an action', createMachine({ initial: 'a', states: { a: { on: { GO: { actions: boom } } } } })],
    ['in an assignment', createMachine({ initial: 'a', states: { a: { on: { GO: { actions: assign(boom) } } } } })],
    ['in a guard', createMachine({ initial: 'a', states: { a: { on: { GO: { guard: boom, target: 'b' } } }, b: {} } })],
  ])('%s fails its actor, which restarts', (_where, machine) => {
    const { send, advance, logged, received } = hosting(machine);
    send({ type: 'GO' });
    expect(logged).toMatchObject([{ message: 'an actor failed', fields: { path: '/actor' } }]);
    expect(String(logged[0]?.fields['error'])).toContain('boom');
    advance(1_000);
    expect(received.at(-1)).toEqual({ t: 'start' });
  });

  test('in its first state fails the start', () => {
    const { logged } = hosting(createMachine({ initial: 'a', states: { a: { entry: boom } } }));
    expect(logged[0]?.fields['error']).toBe('Error: boom');
  });

  test('in a delayed transition fails its actor in that turn', () => {
    const machine = createMachine({ initial: 'a', states: { a: { after: { 10: { actions: boom } } } } });
    const { advance, logged } = hosting(machine);
    advance(10);
    expect(logged).toMatchObject([{ message: 'an actor failed', fields: { error: 'Error: boom' } }]);
  });
});

describe('A machine actor', () => {
  test('has the path of its actor as XState id', () => {
    const ids: string[] = [];
    const machine = createMachine({ initial: 'a', states: { a: { entry: ({ self }) => void ids.push(self.id) } } });
    hosting(machine);
    expect(ids).toEqual(['/actor']);
  });

  test('prints nothing: its log goes to the log of the system', () => {
    const spied = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const { logged } = hosting(createMachine({ initial: 'a', states: { a: { entry: log('hello') } } }));
    expect(spied).not.toHaveBeenCalled();
    expect(logged).toMatchObject([{ level: 'info', message: 'hello', fields: { path: '/actor' } }]);
  });

  test('says where it is, in nested and parallel states', () => {
    const machine = setup({}).createMachine({
      initial: 'on',
      states: {
        on: {
          initial: 'live',
          states: { live: { on: { SPLIT: '#both' } }, livelier: {} },
        },
        both: {
          id: 'both',
          type: 'parallel',
          states: { left: { initial: 'x', states: { x: {} } }, right: { initial: 'y', states: { y: {} } } },
        },
      },
    });
    const { send, host } = hosting(machine);
    expect(['on', 'on.live', 'on.l', 'both'].map((state) => host().in(state))).toEqual([true, true, false, false]);
    expect(host().state).toBe('on.live');
    send({ type: 'SPLIT' });
    expect(host().state).toBe('both.left.x,both.right.y');
    expect(['both', 'both.left', 'both.right.y', 'on'].map((state) => host().in(state))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  test('that was stopped takes nothing and leaves nothing on the clock', () => {
    const machine = createMachine({ initial: 'a', states: { a: { after: { 10: 'b' }, on: { GO: 'b' } }, b: {} } });
    const { send, driver, state, deadLetters } = hosting(machine);
    send(({ host }) => host.stop());
    send({ type: 'GO' });
    expect([driver.clock.pending, state(), deadLetters().map(({ reason }) => reason)]).toEqual([0, 'a', ['ignored']]);
  });
});
