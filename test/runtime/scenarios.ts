/** Scripts for the conformance suite: each shows one side of the runtime, and both drivers must play it alike. */
import { assign, setup } from 'xstate';
import { ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { machineActor } from '#runtime/machine-actor';
import type { MachineHost } from '#runtime/machine-actor';
import { Region } from '#runtime/region';
import type { Behaviour, Ref, Reply } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import type { Script, StageOptions } from '#test/runtime/stage';

export interface Scenario {
  readonly title: string;
  readonly script: Script;
  readonly options?: StageOptions;
  /** Envelopes that must have been handled, at least: a scenario that does nothing proves nothing. */
  readonly atLeast: number;
}

interface Ball {
  readonly left: number;
  readonly back: Ref<Ball>;
}

const player = acting<Ball>(({ left, back }, context) => {
  if (left > 0) context.tell(back, { left: left - 1, back: context.self });
});

const fanOut = (depth: number): Behaviour<undefined, string> =>
  acting((word, context) => {
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
        acting<number>(() => undefined),
        'sink',
      );
      const source = acting<number>((count, context) => {
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
      const self = acting<number>((left, context) => {
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
        acting<number>(() => undefined),
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
      const timer = acting<string>(
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
      const server = acting<Reply<string>>((reply) => reply(ok('here')));
      const silent = acting<Reply<string>>(() => undefined);
      const targets = [system.spawn(server, 'server'), system.spawn(silent, 'silent')];
      const client = acting<string>((word, context) => {
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
      const fragile = acting<string>((word) => {
        if (word === 'bad') throw new Error(word);
      });
      const parent = acting<string>((word, context) => {
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
        acting<string>(() => undefined),
        'heir',
      );
      const mortal: Behaviour<undefined, string> = acting(
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
          acting<string>((word, context) => {
            if (word === 'work') context.start(later(clock, 300), () => `${key} done`, { deadlineMs: 1_000 });
            if (word === 'fail') throw new Error(word);
          }),
      });
      const tell = (word: string) => () => ['a', 'b c', '/'].forEach((key) => void region.tell(key, word));
      return [tell('hello'), 120, tell('work'), 200, 200, 400, tell('fail'), 1_000, tell('again')];
    },
  },
];

export const scenarios: readonly Scenario[] = [...basics, ...timed, ...hosting];
