// Two drivers, one core: whatever runs on the step driver in a simulation runs on nact in production, envelope for
// envelope. Each scenario is played on both; transcripts, dead letters and logs must agree.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign, setup } from 'xstate';
import { ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { machineActor } from '#runtime/machine-actor';
import type { MachineHost } from '#runtime/machine-actor';
import { Region } from '#runtime/region';
import type { Behaviour, Ref, Reply } from '#runtime/types';
import { puppet } from '#test/runtime/puppet';
import type { Play, Troupe } from '#test/runtime/puppet';
import { onNact, onSteps } from '#test/runtime/stage';
import type { Script, StageOptions, Step } from '#test/runtime/stage';

interface Scenario {
  readonly title: string;
  readonly script: Script;
  readonly options?: StageOptions;
  /** Envelopes that must have been handled, at least: a scenario that does nothing proves nothing. */
  readonly atLeast: number;
}

const behaviour = <M>(
  receive: (message: M, context: Parameters<Behaviour<undefined, M>['receive']>[2]) => void,
  more: Partial<Behaviour<undefined, M>> = {},
): Behaviour<undefined, M> => ({
  kind: 'test',
  init: () => undefined,
  receive: (_state, message, context) => {
    receive(message, context);
    return undefined;
  },
  ...more,
});

interface Ball {
  readonly left: number;
  readonly back: Ref<Ball>;
}

const player = behaviour<Ball>(({ left, back }, context) => {
  if (left > 0) context.tell(back, { left: left - 1, back: context.self });
});

const fanOut = (depth: number): Behaviour<undefined, string> =>
  behaviour((word, context) => {
    if (depth === 0) return;
    for (let index = 0; index < 4; index += 1)
      context.tell(context.spawn(fanOut(depth - 1), `${word}${index}`), `${word}${index}`);
  });

const later =
  (clock: { schedule(ms: number, ring: () => void): unknown }, ms: number): Effect<number> =>
  (done) =>
    void clock.schedule(ms, () => done(ok(ms)));

const basics: readonly Scenario[] = [
  {
    title: 'ping-pong',
    atLeast: 100,
    script: ({ system }) => {
      const [one, other] = [system.spawn(player, 'one'), system.spawn(player, 'other')];
      return [() => void one.tell({ left: 50, back: other }), () => void other.tell({ left: 51, back: one })];
    },
  },
  {
    title: 'a tree that fans out',
    atLeast: 170,
    script: ({ system }) => [() => void system.spawn(fanOut(3), 'root').tell('x')],
  },
  {
    title: 'batches with remainders, told from several sides',
    atLeast: 60,
    options: { limits: { 'mailbox.batch': 4 } },
    script: ({ system }) => {
      const sink = system.spawn(
        behaviour<number>(() => undefined),
        'sink',
      );
      const source = behaviour<number>((count, context) => {
        for (let index = 0; index < count; index += 1) context.tell(sink, index);
      });
      const sources = [7, 9, 13].map((count) => ({ count, ref: system.spawn(source, `source${count}`) }));
      return [() => sources.forEach(({ count, ref }) => void [count, count].forEach((each) => void ref.tell(each)))];
    },
  },
  {
    title: 'an actor that tells itself while others wait',
    atLeast: 40,
    options: { limits: { 'mailbox.batch': 2 } },
    script: ({ system }) => {
      const self = behaviour<number>((left, context) => {
        if (left > 0) [left - 1, 0].forEach((each) => void context.tell(context.self, each));
      });
      return [() => ['a', 'b'].forEach((name) => void system.spawn(self, name).tell(10))];
    },
  },
  {
    title: 'a mailbox that overflows',
    atLeast: 5,
    script: ({ system }) => {
      const small = system.spawn(
        behaviour<number>(() => undefined),
        'small',
        { mailbox: 3 },
      );
      return [() => [1, 2, 3, 4, 5].forEach((each) => void small.tell(each)), () => void small.tell(6)];
    },
  },
];

const timed: readonly Scenario[] = [
  {
    title: 'timers of many actors at one instant, replaced, cancelled and repeated',
    atLeast: 21,
    script: ({ system }) => {
      const timer = behaviour<string>(
        (word, context) => {
          if (word === 'first') context.after('second', 10, 'second');
          if (word === 'second') context.cancel('tick');
        },
        {
          init: (context) => {
            context.after('first', 30, 'never');
            context.after('first', 20, 'first');
            context.every('tick', 7, 'tick');
          },
        },
      );
      return [() => ['a', 'b', 'c'].forEach((name) => void system.spawn(timer, name)), 25, 25];
    },
  },
  {
    title: 'effects answered at once, later, never, and asks across actors',
    atLeast: 20,
    script: ({ system, clock }) => {
      const server = behaviour<Reply<string>>((reply) => reply(ok('here')));
      const silent = behaviour<Reply<string>>(() => undefined);
      const targets = [system.spawn(server, 'server'), system.spawn(silent, 'silent')];
      const client = behaviour<string>((word, context) => {
        if (word !== 'go') return;
        const effects: Effect<number>[] = [(done) => done(ok(0)), later(clock, 5), later(clock, 500), () => undefined];
        for (const effect of effects) context.start(effect, ({ ok }) => `effect ${ok}`, { deadlineMs: 50 });
        for (const target of targets)
          context.ask(
            target,
            (reply: Reply<string>) => reply,
            ({ ok }) => `ask ${ok}`,
            20,
          );
      });
      return [() => ['a', 'b'].forEach((name) => void system.spawn(client, name).tell('go')), 1_000];
    },
  },
  {
    title: 'restarts with backoff, then giving up, up to the root',
    atLeast: 20,
    script: ({ system }) => {
      const fragile = behaviour<string>((word) => {
        if (word === 'bad') throw new Error(word);
      });
      const parent = behaviour<string>((word, context) => {
        const child = context.spawn(fragile, `child-${word}`, { onStopped: ({ kind }) => `gone ${kind}` });
        for (let index = 0; index < 8; index += 1) [word, 'good'].forEach((each) => void context.tell(child, each));
      });
      return [() => void system.spawn(parent, 'parent').tell('bad'), 20_000, 20_000];
    },
  },
  {
    title: 'stops in mid-flight, with children, waiting mail and last words',
    atLeast: 6,
    script: ({ system }) => {
      const heir = system.spawn(
        behaviour<string>(() => undefined),
        'heir',
      );
      const mortal: Behaviour<undefined, string> = behaviour(
        (word, context) => {
          if (word === 'spawn') context.tell(context.spawn(mortal, 'child'), 'spawn no more');
          if (word === 'stop') context.stop(context.self);
        },
        { stopped: (_state, { kind }, context) => void context.tell(heir, `${context.path} ${kind}`) },
      );
      const words = ['spawn', 'stop', 'lost', 'lost too'];
      const ref = system.spawn(mortal, 'mortal');
      return [() => words.forEach((word) => void ref.tell(word)), () => void ref.tell('late'), () => system.stop()];
    },
  },
];

const light = setup({ types: { events: {} as { type: 'GO' }, emitted: {} as { type: 'changed'; times: number } } });
const lightMachine = light.createMachine({
  context: { times: 0 },
  initial: 'red',
  states: {
    red: { on: { GO: 'green' } },
    green: { after: { 10: 'amber' } },
    amber: {
      entry: [
        assign({ times: ({ context }) => (context as { times: number }).times + 1 }),
        light.emit({ type: 'changed', times: 1 }),
      ],
      after: { 10: 'red' },
    },
  },
});

const hosting: readonly Scenario[] = [
  {
    title: 'machine actors on the clock of the driver',
    atLeast: 20,
    script: ({ system }) => {
      const traffic: Behaviour<MachineHost<typeof lightMachine>, 'GO'> = {
        kind: 'light',
        init: (context) =>
          machineActor(
            context as never,
            lightMachine,
            undefined,
            ({ type }) => void context.tell(context.self, type as 'GO'),
          ),
        receive: (host, word) => {
          if (word === 'GO') host.send({ type: 'GO' });
          return host;
        },
      };
      const refs = ['a', 'b', 'c'].map((name) => system.spawn(traffic, name));
      const go = (): void => refs.forEach((ref) => void ref.tell('GO'));
      return [go, go, 15, go, 30, go, 100];
    },
  },
  {
    title: 'a region that passivates and activates',
    atLeast: 25,
    script: ({ system, clock }) => {
      const region = new Region<string>(system, 'region', {
        idleMs: 100,
        behaviour: (key) =>
          behaviour<string>((word, context) => {
            if (word === 'work') context.start(later(clock, 300), () => `${key} done`, { deadlineMs: 1_000 });
            if (word === 'fail') throw new Error(word);
          }),
      });
      const tell = (word: string) => () => ['a', 'b c', '/'].forEach((key) => void region.tell(key, word));
      return [tell('hello'), 120, tell('work'), 200, 200, 400, tell('fail'), 1_000, tell('again')];
    },
  },
];

const both = async (script: Script, options: StageOptions = {}) => ({
  steps: onSteps(script, options),
  nact: await onNact(script, options),
});

describe('The step driver and nact show the same transcript', () => {
  test.each([...basics, ...timed, ...hosting])('for $title', async ({ script, options, atLeast }) => {
    const { steps, nact } = await both(script, options);
    expect(nact).toEqual(steps);
    expect(steps.transcript.length).toBeGreaterThanOrEqual(atLeast);
  });
});

/** A program: a few first puppets, told from outside now and then. */
const program =
  (actors: number, fuel: number, waits: readonly number[]): Script =>
  ({ system, clock }) => {
    const troupe: Troupe = { clock, everybody: [] };
    const region = new Region<Play>(system, 'region', { idleMs: 60, behaviour: () => puppet(troupe) });
    const keys = ['a', 'b/c', 'ü'];
    for (const key of keys) troupe.everybody.push(region.ref(key));
    for (let index = 0; index < actors; index += 1)
      troupe.everybody.push(system.spawn(puppet(troupe), `p${index}`, { mailbox: 4 }));
    const steps: Step[] = [];
    for (const [index, wait] of waits.entries())
      steps.push(() => void troupe.everybody[index % troupe.everybody.length]?.tell({ t: 'go', fuel }), wait);
    return [...steps, 1_000, () => system.stop(), 100];
  };

const programs = fc.record({
  seed: fc.string(),
  batch: fc.integer({ min: 1, max: 5 }),
  actors: fc.integer({ min: 1, max: 4 }),
  fuel: fc.integer({ min: 2, max: 5 }),
  waits: fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 3, maxLength: 10 }),
});

describe('Random programs', () => {
  test('run the same on both drivers, leave nobody behind and no effect outstanding', async () => {
    const handled: number[] = [];
    const property = fc.asyncProperty(programs, async ({ seed, batch, actors, fuel, waits }) => {
      const options = { seed, limits: { 'mailbox.batch': batch } };
      const { steps, nact } = await both(program(actors, fuel, waits), options);
      expect(nact).toEqual(steps);
      expect({ alive: steps.alive, effects: steps.effectsOutstanding }).toEqual({ alive: 0, effects: 0 });
      expect(
        steps.logged.filter((line) => !/as the dice wanted|a bad start|that throws|that fail|gave up/.test(line)),
      ).toEqual([]);
      handled.push(steps.transcript.length);
    });
    await fc.assert(property, { numRuns: 150, seed: 20_260_101 });
    expect(Math.max(...handled)).toBeGreaterThan(200);
  });

  test('run the same twice, and otherwise with another seed', () => {
    const play = (seed: string) => onSteps(program(3, 5, [10, 20, 30, 40, 50]), { seed });
    expect(play('one')).toEqual(play('one'));
    expect(play('one').transcript).not.toEqual(play('two').transcript);
  });
});
