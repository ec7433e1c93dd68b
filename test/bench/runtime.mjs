/**
 * The budgets of the runtime (docs/architecture.md), as ratios within one run: a machine that is slow today is slow for
 * both sides. Medians of interleaved rounds. Needs a build: `npm run build`, then
 * `node --expose-gc test/bench/runtime.mjs` (without --expose-gc the memory rows are left out, and said so).
 */
import { dispatch, spawn, start, stop } from 'nact';
import { withLimits } from '../../dist/src/contract/limits.js';
import { machineActor } from '../../dist/src/runtime/machine-actor.js';
import { NactDriver } from '../../dist/src/runtime/nact-driver.js';
import { RealClock } from '../../dist/src/runtime/real-clock.js';
import { ActorSystem } from '../../dist/src/runtime/system.js';
import { sessionMachine } from '../../dist/machines/session.js';

const rounds = Number(process.env.ROUNDS ?? 7);
const quick = process.argv.includes('--quick');
const messages = quick ? 50_000 : 200_000;
const actors = quick ? 5_000 : 20_000;
const window = 1_000;

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const never = { now: () => performance.now(), alarm: () => () => undefined };

const open = (observer) => {
  const driver = new NactDriver(new RealClock(never));
  const common = { name: 'bench', epoch: '1', limits: withLimits(), log: quiet, seed: 'bench' };
  return { driver, system: new ActorSystem({ ...common, driver, observer }) };
};

const plain = (receive) => ({
  kind: 'bench',
  init: () => undefined,
  receive: (_state, message, context) => void receive(message, context),
});

/** Messages a second from one actor to another: a thousand at a time, the next thousand when the last was heard. */
const tellOurs = async (observer, prepare = () => undefined) => {
  const { driver, system } = open(observer);
  prepare(system);
  const began = performance.now();
  await new Promise((resolve) => {
    let heard = 0;
    const sink = system.spawn(
      plain(() => {
        heard += 1;
        if (heard === messages) resolve();
        else if (heard % window === 0) source.tell('go');
      }),
      'sink',
      { mailbox: window },
    );
    const source = system.spawn(
      plain((_go, context) => {
        for (let index = 0; index < window; index += 1) context.tell(sink, index);
      }),
      'source',
    );
    source.tell('go');
  });
  const rate = messages / (performance.now() - began);
  driver.stop();
  return rate;
};

const tellBare = async () => {
  const system = start();
  const began = performance.now();
  await new Promise((resolve) => {
    let heard = 0;
    const sink = spawn(
      system,
      () => {
        heard += 1;
        if (heard === messages) resolve();
        else if (heard % window === 0) dispatch(source, 'go');
      },
      'sink',
    );
    const source = spawn(
      system,
      () => {
        for (let index = 0; index < window; index += 1) dispatch(sink, index);
      },
      'source',
    );
    dispatch(source, 'go');
  });
  const rate = messages / (performance.now() - began);
  stop(system);
  return rate;
};

/** One message at a time, back and forth: no batch to gain from. */
const pingPong = async (ours) => {
  const turns = messages / 10;
  const { driver, system } = open();
  const nact = start();
  const began = performance.now();
  await new Promise((resolve) => {
    const players = [];
    const play = (me) => (left) => {
      if (left === 0) resolve();
      else if (ours) players[1 - me].tell(left - 1);
      else dispatch(players[1 - me], left - 1);
    };
    for (const me of [0, 1])
      players.push(
        ours ? system.spawn(plain(play(me)), `p${me}`) : spawn(nact, (_state, left) => play(me)(left), `p${me}`),
      );
    if (ours) players[0].tell(turns);
    else dispatch(players[0], turns);
  });
  const rate = turns / (performance.now() - began);
  driver.stop();
  stop(nact);
  return rate;
};

/** Actors a millisecond, from the first spawn until the last has handled its first message. */
const spawnOurs = async () => {
  const { driver, system } = open();
  const behaviour = plain(() => {
    left -= 1;
    if (left === 0) done();
  });
  let left = actors;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  const began = performance.now();
  for (let index = 0; index < actors; index += 1) system.spawn(behaviour, `a${index}`).tell(index);
  await all;
  const rate = actors / (performance.now() - began);
  driver.stop();
  return rate;
};

const spawnBare = async () => {
  const system = start();
  let left = actors;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  const receive = () => {
    left -= 1;
    if (left === 0) done();
  };
  const began = performance.now();
  for (let index = 0; index < actors; index += 1) dispatch(spawn(system, receive, `a${index}`), index);
  await all;
  const rate = actors / (performance.now() - began);
  stop(system);
  return rate;
};

/** Bytes of heap an actor, once it has started and the dust has settled. */
const memoryOf = async (behaviour) => {
  const { driver, system } = open();
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
  const settledHeap = async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await pause();
      globalThis.gc();
    }
    return process.memoryUsage().heapUsed;
  };
  const before = await settledHeap();
  const refs = [];
  for (let index = 0; index < actors; index += 1) refs.push(system.spawn(behaviour, `a${index}`));
  const after = await settledHeap();
  if (system.size !== actors || refs.length !== actors) throw new Error('not all of them live');
  driver.stop();
  return (after - before) / actors;
};

const session = {
  kind: 'session',
  init: (context) => machineActor(context, sessionMachine, { helloWithinMs: 10_000, graceMs: 60_000 }, () => undefined),
  receive: (host) => host,
};

const median = (values) => [...values].sort((one, other) => one - other)[values.length >> 1];

/** Runs all contestants in turn, round after round, and answers the median of each. */
const compete = async (contestants) => {
  const results = contestants.map(() => []);
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, contestant] of contestants.entries()) {
      const result = await contestant();
      if (round > 0) results[index].push(result);
    }
  return results.map(median);
};

const rows = [];
const row = (what, figure, ratio, budget, holds) => rows.push({ what, figure, ratio, budget, holds });
const perSecond = (rate) => `${Math.round(rate * 1_000).toLocaleString('en')}/s`;
const times = (ratio) => `${ratio.toFixed(2)}x`;

const main = async () => {
  const seen = { count: 0 };
  const observer = () => (seen.count += 1);
  const watchedBefore = () =>
    tellOurs(observer, (system) => {
      system.observer = undefined;
    });
  const [ours, bare] = await compete([() => tellOurs(), tellBare]);
  row('tell, a thousand in flight', perSecond(ours), times(ours / bare), '>= 10x bare nact', ours / bare >= 10);
  const [ping, bareKing] = await compete([() => pingPong(true), () => pingPong(false)]);
  row('tell, one at a time (no budget)', perSecond(ping), times(ping / bareKing), '-', true);
  const [born, bareBorn] = await compete([spawnOurs, spawnBare]);
  row('spawn and first message', perSecond(born), times(bareBorn / born), '<= 2x bare nact', bareBorn / born <= 2);
  const [unwatched, watched, left] = await compete([() => tellOurs(), () => tellOurs(observer), watchedBefore]);
  row('nobody watches any more', perSecond(left), times(unwatched / left), '<= 1.1x never', unwatched / left <= 1.1);
  row('somebody watches (no budget)', perSecond(watched), times(unwatched / watched), '-', true);
  if (globalThis.gc === undefined) console.log('memory: not measured, run with --expose-gc');
  else {
    const [small, machine] = await compete([() => memoryOf(plain(() => undefined)), () => memoryOf(session)]);
    row('a plain actor (no budget)', `${Math.round(small)} B`, '-', '-', true);
    row(
      'a machine actor (session)',
      `${Math.round(machine)} B`,
      times(machine / 6_144),
      '<= 6,144 B',
      machine <= 6_144,
    );
  }
  for (const { what, figure, ratio, budget, holds } of rows)
    console.log(
      [what.padEnd(34), figure.padStart(14), ratio.padStart(8), budget.padEnd(18), holds ? 'holds' : 'MISSED'].join(
        '  ',
      ),
    );
  process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
};

await main();
