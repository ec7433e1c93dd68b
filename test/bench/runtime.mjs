/**
 * The budgets of the runtime (docs/architecture.md), as ratios within one run: a machine that is slow today is slow for
 * both sides. Medians of interleaved rounds. It runs what `npm run build` made:
 *
 *     node --expose-gc test/bench/runtime.mjs [--quick]
 *
 * Without --expose-gc memory is not measured, and that is said. Exit status 1: a budget was missed.
 */
import { dispatch, spawn, start, stop } from 'nact';
import { withLimits } from '#contract/limits';
import { sessionMachine } from '#machines/session';
import { machineActor } from '#runtime/machine-actor';
import { NactDriver } from '#runtime/nact-driver';
import { RealClock } from '#runtime/real-clock';
import { ActorSystem } from '#runtime/system';

/** @typedef {import('#runtime/types').Behaviour<unknown, unknown>} Behaviour */
/** @typedef {import('#runtime/types').Context<unknown>} Context */
/** @typedef {import('#runtime/types').Observer} Observer */

const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 7;
const messages = quick ? 50_000 : 200_000;
const actors = quick ? 5_000 : 20_000;
const window = 1_000;

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
/** No timer rings here. */
const source = { now: () => performance.now(), alarm: () => () => {} };

const open = () => {
  const driver = new NactDriver(new RealClock(source));
  const system = new ActorSystem({
    name: 'bench',
    epoch: '1',
    driver,
    limits: withLimits(),
    log: quiet,
    seed: 'bench',
  });
  return { driver, system };
};

/** @type {(receive: (message: unknown, context: Context) => void) => Behaviour} */
const plain = (receive) => ({
  kind: 'bench',
  init: () => undefined,
  receive: (_state, message, context) => receive(message, context),
});

/**
 * How many per millisecond, from the start of `work` until it calls back.
 *
 * @param {number} count
 * @param {(done: () => void) => void} work
 */
const timed = async (count, work) => {
  const began = performance.now();
  await new Promise((/** @type {(value?: unknown) => void} */ resolve) => work(() => resolve()));
  return count / (performance.now() - began);
};

/**
 * Calls `next` after each window of messages, and `done` after the last.
 *
 * @param {() => void} next
 * @param {() => void} done
 */
const counting = (next, done) => {
  let heard = 0;
  return () => {
    heard += 1;
    if (heard === messages) done();
    else if (heard % window === 0) next();
  };
};

/**
 * From one actor to another, a thousand at a time; the next thousand when the last was heard.
 *
 * @param {Observer} [observer]
 */
const tellOurs = async (observer, stillWatched = true) => {
  const { driver, system } = open();
  system.observer = observer;
  if (!stillWatched) system.observer = undefined;
  const rate = await timed(messages, (done) => {
    const sink = system.spawn(plain(counting(() => teller.tell('go'), done)), 'sink', { mailbox: window });
    const teller = system.spawn(
      plain((_go, context) => {
        for (let index = 0; index < window; index += 1) context.tell(sink, index);
      }),
      'teller',
    );
    teller.tell('go');
  });
  driver.stop();
  return rate;
};

const tellBare = async () => {
  const system = start();
  const rate = await timed(messages, (done) => {
    const sink = spawn(
      system,
      counting(() => dispatch(teller, 'go'), done),
      'sink',
    );
    const tellAll = () => {
      for (let index = 0; index < window; index += 1) dispatch(sink, index);
    };
    const teller = spawn(system, tellAll, 'teller');
    dispatch(teller, 'go');
  });
  stop(system);
  return rate;
};

/** One message at a time, back and forth: no batch to gain from. */
const pingPongOurs = async () => {
  const { driver, system } = open();
  let left = messages / 10;
  const rate = await timed(left, (done) => {
    const one = system.spawn(
      plain(() => other.tell('ping')),
      'one',
    );
    const other = system.spawn(
      plain(() => ((left -= 2) > 0 ? one.tell('pong') : done())),
      'other',
    );
    one.tell('pong');
  });
  driver.stop();
  return rate;
};

const pingPongBare = async () => {
  const system = start();
  let left = messages / 10;
  const rate = await timed(left, (done) => {
    const one = spawn(system, () => dispatch(other, 'ping'), 'one');
    const other = spawn(system, () => ((left -= 2) > 0 ? dispatch(one, 'pong') : done()), 'other');
    dispatch(one, 'pong');
  });
  stop(system);
  return rate;
};

/** @param {() => void} done */
const countingDown = (done) => {
  let left = actors;
  return () => {
    left -= 1;
    if (left === 0) done();
  };
};

/** From the first spawn until the last actor has handled its first message. */
const spawnOurs = async () => {
  const { driver, system } = open();
  const rate = await timed(actors, (done) => {
    const behaviour = plain(countingDown(done));
    for (let index = 0; index < actors; index += 1) system.spawn(behaviour, `a${index}`).tell(index);
  });
  driver.stop();
  return rate;
};

const spawnBare = async () => {
  const system = start();
  const rate = await timed(actors, (done) => {
    const receive = countingDown(done);
    for (let index = 0; index < actors; index += 1) dispatch(spawn(system, receive, `a${index}`), index);
  });
  stop(system);
  return rate;
};

const settledHeap = async () => {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
};

/**
 * Bytes of heap an actor, once it has started and the dust has settled.
 *
 * @param {Behaviour} behaviour
 */
const memoryOf = async (behaviour) => {
  const { driver, system } = open();
  const before = await settledHeap();
  for (let index = 0; index < actors; index += 1) system.spawn(behaviour, `a${index}`);
  const after = await settledHeap();
  if (system.size !== actors) throw new Error('not all of them live');
  driver.stop();
  return (after - before) / actors;
};

/** A session's machine waits for `hello`: a delayed transition is armed, as in most machines. */
const session = {
  ...plain(() => {}),
  init: (/** @type {Context} */ context) =>
    machineActor(
      /** @type {import('#runtime/types').Context<never>} */ (/** @type {unknown} */ (context)),
      sessionMachine,
      { helloWithinMs: 10_000, graceMs: 60_000 },
      () => {},
    ),
  receive: (/** @type {unknown} */ host) => host,
};

const median = (/** @type {number[]} */ values) =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? Number.NaN;

/**
 * Runs the contestants in turn, round after round, and answers the median of each. The first round warms up.
 *
 * @param {...(() => Promise<number>)} contestants
 */
const compete = async (...contestants) => {
  /** @type {number[][]} */
  const results = contestants.map(() => []);
  for (let round = 0; round <= rounds; round += 1)
    for (const [index, contestant] of contestants.entries()) {
      const result = await contestant();
      if (round > 0) results[index]?.push(result);
    }
  return results.map(median);
};

let missed = 0;

/**
 * @param {string} what
 * @param {string} figure
 * @param {number} ratio
 * @param {string} budget
 * @param {boolean} [holds] absent: a figure without a budget
 */
const row = (what, figure, ratio, budget = '', holds = undefined) => {
  if (holds === false) missed += 1;
  const verdict = holds === undefined ? '' : holds ? 'holds' : 'MISSED';
  console.log(
    `${what.padEnd(32)}${figure.padStart(14)}${ratio.toFixed(2).padStart(8)}x  ${budget.padEnd(20)}${verdict}`,
  );
};

const perSecond = (/** @type {number} */ perMs) => `${Math.round(perMs * 1_000).toLocaleString('en')}/s`;

const main = async () => {
  let seen = 0;
  const observer = () => void (seen += 1);
  const [ours = 0, bare = 1] = await compete(() => tellOurs(), tellBare);
  row('tell, a thousand in flight', perSecond(ours), ours / bare, '>= 10 x bare nact', ours / bare >= 10);
  const [ping = 0, barePing = 1] = await compete(pingPongOurs, pingPongBare);
  row('tell, one at a time', perSecond(ping), ping / barePing, 'x bare nact');
  const [born = 1, bareBorn = 0] = await compete(spawnOurs, spawnBare);
  row('spawn and first message', perSecond(born), bareBorn / born, '<= 2 x bare nact', bareBorn / born <= 2);
  const [never = 0, now = 1, before = 1] = await compete(
    () => tellOurs(),
    () => tellOurs(observer),
    () => tellOurs(observer, false),
  );
  row('tell, nobody watches any more', perSecond(before), never / before, '<= 1.1 x never', never / before <= 1.1);
  row('tell, somebody watches', perSecond(now), never / now, 'x never');
  if (globalThis.gc === undefined) return console.log('memory: not measured (needs node --expose-gc)');
  const [small = 0, machine = 0] = await compete(
    () => memoryOf(plain(() => {})),
    () => memoryOf(session),
  );
  row('memory of a plain actor', `${Math.round(small)} B`, small / 6_144, 'x 6 KB');
  row('memory of a machine actor', `${Math.round(machine)} B`, machine / 6_144, '<= 1 x 6 KB', machine <= 6_144);
};

await main();
process.exitCode = missed === 0 ? 0 : 1;
