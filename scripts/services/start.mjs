// Starts a set of services: all at once, each as soon as what it needs is there; all or none. Tests start sets of their
// own with `startServices`, and do with each process what may happen to it in life.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dynamodbSpec } from './dynamodb.mjs';
import { kinds, tryGiven } from './given.mjs';
import { demand, dynamodbArchives, kafkaArchives } from './install.mjs';
import { formatStorage, kafkaPorts, kafkaSpecs } from './kafka.mjs';
import { reservePorts } from './ports.mjs';
import { redisPorts, redisSpecs, settleSentinels } from './redis.mjs';
import { Services } from './services.mjs';
import { claim } from './state.mjs';
import { topologyOf } from './topology.mjs';

/** @typedef {import('./processes.mjs').ServiceProcess} ServiceProcess */
/** @typedef {import('./state.mjs').Given} Given */
/** @typedef {keyof Given} Kind */

/**
 * @typedef {object} Own
 * @property {Kind[]} [only] these services; default: all three
 * @property {string} [folder] for data and logs, of no other set; default: a new temporary one
 * @property {Given} [given] services that run already: used, not started, not stopped
 * @property {boolean} [stays] the set outlives this process; otherwise it ends when this process does, however it does
 * @property {(line: string) => void} [say] told of progress
 * @property {AbortSignal} [signal] gives up, and ends what was started
 */

/** @typedef {Partial<import('./topology.mjs').Topology> & Own} Wanted */

/** @typedef {{ services: Services, say: (line: string) => void, signal: AbortSignal, folder: string }} Work */

/**
 * Resolves when every service answers. Rejects with `Missing` (install.mjs) when one can be neither found nor
 * installed; nothing is left running then.
 * @param {Wanted} [wanted]
 * @returns {Promise<Services>}
 */
export async function startServices(wanted = {}) {
  const { only = kinds, folder: asked, given = {}, stays = false, say = () => undefined, signal, ...counts } = wanted;
  const topology = topologyOf(counts);
  const mine = kinds.filter((kind) => only.includes(kind) && given[kind] === undefined);
  await tryGiven(given);
  for (const kind of kinds.filter((name) => given[name] !== undefined)) say(`${kind}: ${given[kind]} is there already`);
  const folder = makeFolder(asked);
  const services = new Services(folder, { topology, given });
  if (!stays) services.onEnd(setReaper(folder));
  const giveUp = new AbortController();
  const stop = AbortSignal.any([giveUp.signal, ...(signal === undefined ? [] : [signal])]);
  const work = mine.map(async (kind) => {
    const started = performance.now();
    try {
      await starters[kind]({ services, say, signal: stop, folder });
    } catch (error) {
      giveUp.abort(error);
      throw error;
    }
    say(`${kind}: ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });
  await Promise.allSettled(work);
  if (!stop.aborted) return services;
  await services.stop({ keepLogs: signal?.aborted !== true });
  throw stop.reason;
}

/** @param {string | undefined} asked */
function makeFolder(asked) {
  const folder = asked ?? mkdtempSync(join(tmpdir(), 'hogmanay-services-'));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  claim(folder);
  return folder;
}

/**
 * A process that outlives us and ends the set should we not.
 * @param {string} folder
 * @returns {() => void} sends it away
 */
function setReaper(folder) {
  const script = fileURLToPath(new URL('reaper.mjs', import.meta.url));
  const reaper = spawn(process.execPath, [script, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  reaper.on('error', () => undefined);
  reaper.unref();
  const thread = /** @type {import('node:net').Socket} */ (/** @type {unknown} */ (reaper.stdin));
  thread.unref();
  return () => thread.destroy();
}

/** @param {ServiceProcess[]} processes @param {AbortSignal} signal */
async function begin(processes, signal) {
  signal.throwIfAborted();
  for (const one of processes) one.start();
  await Promise.all(processes.map((one) => one.ready(undefined, signal)));
}

const starters = {
  /** @param {Work} work */
  async redis({ services, say, signal, folder }) {
    const { topology } = services;
    await demand('redis-server', { say, signal });
    const ports = await reservePorts(redisPorts(topology), folder);
    const members = services.add(redisSpecs(topology, ports, folder));
    const [watchers, servers] = [true, false].map((is) =>
      members.filter(({ spec }) => (spec.kind === 'sentinel') === is),
    );
    await begin(servers ?? [], signal);
    // Only now: a Sentinel looks at once, and then not for ten seconds, which replicas a primary has.
    await begin(watchers ?? [], signal);
    await settleSentinels(watchers ?? [], topology, signal);
  },

  /** @param {Work} work */
  async kafka({ services, say, signal, folder }) {
    const { brokers } = services.topology;
    const jars = await kafkaArchives({ say, signal });
    const specs = kafkaSpecs(brokers, await reservePorts(kafkaPorts(brokers), folder), folder, jars);
    await Promise.all(specs.map((spec) => formatStorage(spec, jars, signal)));
    await begin(services.add(specs), signal);
  },

  /** @param {Work} work */
  async dynamodb({ services, say, signal, folder }) {
    const jars = await dynamodbArchives({ say, signal });
    const [port = 0] = await reservePorts(1, folder);
    await begin(services.add([dynamodbSpec(port, folder, jars)]), signal);
  },
};

/**
 * Starts again what has died in a set.
 * @param {Services} services
 * @param {{ say: (line: string) => void, signal: AbortSignal }} talk
 */
export async function revive(services, { say, signal }) {
  const dead = services.processes.filter(({ alive }) => !alive);
  for (const { name } of dead) say(`${name}: starting again`);
  await begin(dead, signal);
}
