/**
 * An actor that does whatever its dice say: tells, spawns, stops, arms timers, starts effects, asks, throws. The dice
 * are the context's own, so that one seed is one program. Fuel bounds it.
 */
import { failed, fault, ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import type { Clock } from '#contract/ports/system';
import type { Behaviour, Context, Ref, Reply } from '#runtime/types';

export interface Play {
  readonly t: string;
  readonly fuel: number;
  readonly reply?: Reply<number>;
}

/** What all puppets of one run share: everybody ever born, so that some addresses are of the dead. */
export interface Troupe {
  readonly clock: Clock;
  readonly everybody: Ref<Play>[];
}

interface Memory {
  readonly children: readonly Ref<Play>[];
  readonly heard: number;
}

type Deed = (memory: Memory, fuel: number, context: Context<Play>, troupe: Troupe) => Memory;

const pick = <T>(context: Context<Play>, among: readonly T[]): T | undefined => among[context.random.int(among.length)];

const tellSomebody: Deed = (memory, fuel, context, { everybody }) => {
  const somebody = pick(context, everybody);
  if (somebody !== undefined) context.tell(somebody, { t: 'told', fuel });
  return memory;
};

const tellMyself: Deed = (memory, fuel, context) => {
  context.tell(context.self, { t: 'myself', fuel });
  return memory;
};

const spawn: Deed = (memory, fuel, context, troupe) => {
  const child = context.spawn(puppet(troupe), `c${memory.heard}-${memory.children.length}`, {
    mailbox: 1 + context.random.int(6),
    onStopped: ({ kind }) => ({ t: `gone ${kind}`, fuel: 0 }),
  });
  troupe.everybody.push(child);
  context.tell(child, { t: 'born', fuel });
  return { ...memory, children: [...memory.children, child] };
};

const stopAChild: Deed = (memory, _fuel, context) => {
  const child = pick(context, memory.children);
  if (child !== undefined) context.stop(child);
  return memory;
};

const stopMyself: Deed = (memory, _fuel, context) => {
  context.stop(context.self);
  return memory;
};

const setTimer: Deed = (memory, fuel, context) => {
  const name = `timer ${context.random.int(3)}`;
  if (context.random.int(4) === 0) context.cancel(name);
  else if (context.random.int(6) === 0) context.every(name, 40, { t: 'tick', fuel: 0 });
  else context.after(name, context.random.int(50), { t: 'rang', fuel });
  return memory;
};

const startEffect: Deed = (memory, fuel, context, { clock }) => {
  const kind = context.random.int(6);
  const wait = context.random.int(120);
  const effect: Effect<number> = (done) => {
    if (kind === 0) done(ok(1));
    else if (kind === 1) throw new Error('a port that throws');
    else if (kind === 2) return;
    else clock.schedule(wait, () => done(kind === 3 ? failed(fault('store.unavailable', 'down')) : ok(wait)));
    if (kind === 5) clock.schedule(wait + 5, () => done(ok(2)));
  };
  context.start(effect, (outcome) => ({ t: outcome.ok ? 'done' : outcome.fault.code, fuel }), { deadlineMs: 80 });
  return memory;
};

const ask: Deed = (memory, fuel, context, { everybody }) => {
  const somebody = pick(context, everybody);
  if (somebody === undefined) return memory;
  const make = (reply: Reply<number>): Play => ({ t: 'asked', fuel, reply });
  context.ask(somebody, make, (outcome) => ({ t: outcome.ok ? 'answer' : outcome.fault.code, fuel: 0 }), 30);
  return memory;
};

const fail: Deed = () => {
  throw new Error('as the dice wanted');
};

/** Some deeds more often than others. */
const deeds: readonly Deed[] = [
  ...[tellSomebody, tellSomebody, tellSomebody, tellMyself, spawn, spawn],
  ...[setTimer, setTimer, startEffect, startEffect, ask, stopAChild, stopMyself, fail],
];

const act = (memory: Memory, { t, fuel, reply }: Play, context: Context<Play>, troupe: Troupe): Memory => {
  reply?.(ok(fuel));
  if (reply !== undefined && context.random.int(4) === 0) reply(ok(0));
  let now: Memory = { ...memory, heard: memory.heard + 1 };
  if (fuel <= 0 || t.startsWith('gone')) return now;
  for (let left = 1 + context.random.int(3); left > 0; left -= 1)
    now = (pick(context, deeds) as Deed)(now, fuel - 1, context, troupe);
  return now;
};

export const puppet = (troupe: Troupe): Behaviour<Memory, Play> => ({
  kind: 'puppet',
  init: (context) => {
    if (context.random.int(12) === 0) throw new Error('a bad start');
    return { children: [], heard: 0 };
  },
  receive: (memory, play, context) => act(memory, play, context, troupe),
  stopped: (memory, { kind }, context) => {
    tellSomebody(memory, 0, context, troupe);
    if (kind === 'restarting' && context.random.int(8) === 0) throw new Error('last words that fail');
    if (context.random.int(8) === 0) spawn(memory, 0, context, troupe);
  },
  mayPassivate: ({ heard }) => heard % 3 !== 0,
});
