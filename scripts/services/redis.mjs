// Redis as the product wants it: inbox shards of a primary and replicas, which hold nothing that cannot be had again
// and so write nothing to disk; Sentinels that promote a replica; and the durable Redis, which holds authority (the
// registry, pending writes) and syncs each write.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { shardName } from './topology.mjs';
import { waitFor } from './wait.mjs';

/** @typedef {import('./processes.mjs').Spec} Spec */
/** @typedef {import('./processes.mjs').ServiceProcess} ServiceProcess */
/** @typedef {import('./topology.mjs').Topology} Topology */

const host = '127.0.0.1';

/** Quick enough for a test, slow enough for a machine that is busy. */
export const downAfterMs = 2_000;
export const failoverTimeoutMs = 6_000;

const common = ['bind 127.0.0.1', 'protected-mode no', 'daemonize no', 'databases 1', 'tcp-backlog 511'];

/**
 * Inbox data is rebuilt from the database: no disk. Refusing a write when memory is full is seen and handled; losing a
 * key in silence is not. A replica is served at once (no delay, no file in between).
 */
export const inboxSettings = [
  'save ""',
  'appendonly no',
  'maxmemory-policy noeviction',
  'replica-read-only yes',
  'repl-diskless-sync yes',
  'repl-diskless-sync-delay 0',
  'repl-diskless-load on-empty-db',
];

/**
 * `always`: what lies here decides who may write and in which order, and there is little of it; under `everysec` a
 * power cut takes the last second. A log whose tail was cut is loaded and the server starts (it answers "no entry" for
 * what was lost): a server that refused to start would stop every queued write, and the product distrusts a server it
 * has not reconciled with the backup anyway.
 */
export const durableSettings = [
  'save ""',
  'appendonly yes',
  'appendfsync always',
  'aof-load-truncated yes',
  'maxmemory-policy noeviction',
];

/** @param {Omit<Spec, 'command' | 'env' | 'logFile'> & { settings: string[], mode?: string[] }} what @returns {Spec} */
function redisSpec({ settings, mode = [], ...what }) {
  mkdirSync(what.folder, { recursive: true });
  const file = join(what.folder, 'redis.conf');
  const lines = [...common, `port ${what.port}`, `dir "${what.folder}"`, ...settings];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return {
    ...what,
    logFile: join(what.folder, 'redis.log'),
    command: ['redis-server', file, ...mode],
    env: {},
  };
}

/** How many ports the Redis servers of a topology need. @param {Topology} topology */
export const redisPorts = ({ shards, replicas, sentinels }) => shards * (1 + replicas) + sentinels + 1;

/**
 * @param {Topology} topology
 * @param {number[]} ports as many as `redisPorts` says
 * @param {string} folder
 * @returns {Spec[]}
 */
export function redisSpecs({ shards, replicas, sentinels }, ports, folder) {
  const left = [...ports];
  const next = () => left.shift() ?? 0;
  const at = (/** @type {string} */ name) => ({ name, port: next(), folder: join(folder, name) });
  const kind = /** @type {const} */ ('redis');
  const servers = Array.from({ length: shards }, (_, index) => {
    const name = shardName(index);
    const primary = { ...at(`${name}-primary`), kind };
    const followers = Array.from({ length: replicas }, (_none, n) => ({ ...at(`${name}-replica-${n + 1}`), kind }));
    const following = [...inboxSettings, `replicaof ${host} ${primary.port}`];
    return [
      redisSpec({ ...primary, settings: inboxSettings }),
      ...followers.map((replica) => redisSpec({ ...replica, settings: following })),
    ];
  });
  const primaries = servers.map(([primary]) => primary?.port ?? 0);
  const watching = primaries.flatMap((port, index) => monitor(shardName(index), { host, port }, sentinels));
  const watchers = Array.from({ length: sentinels }, (_, n) => {
    const what = { ...at(`sentinel-${n + 1}`), kind: /** @type {const} */ ('sentinel') };
    return redisSpec({ ...what, settings: watching, mode: ['--sentinel'] });
  });
  const durable = { ...at('durable'), kind: /** @type {const} */ ('durable') };
  return [...servers.flat(), ...watchers, redisSpec({ ...durable, settings: durableSettings })];
}

/**
 * What each Sentinel is told of a shard.
 * @param {string} name
 * @param {{ host: string, port: number }} primary
 * @param {number} sentinels
 */
export const monitor = (name, { host: at, port }, sentinels) => [
  `sentinel monitor ${name} ${at} ${port} ${Math.floor(sentinels / 2) + 1}`,
  `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
  `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
  `sentinel parallel-syncs ${name} 1`,
];

/** The URL of the product for these servers. @param {readonly { kind: string, name: string, port: number }[]} specs */
export function redisUrl(specs) {
  const address = (/** @type {{ port: number }} */ { port }) => `${host}:${port}`;
  const list = (/** @type {typeof specs} */ some) => some.map(address).join(',');
  const durable = list(specs.filter(({ kind }) => kind === 'durable'));
  const sentinels = specs.filter(({ kind }) => kind === 'sentinel');
  const primaries = specs.filter(({ name }) => name.endsWith('-primary'));
  if (sentinels.length === 0) return `redis://${list(primaries)}?durable=${durable}`;
  const names = primaries.map((_, index) => shardName(index)).join(',');
  return `redis+sentinel://${list(sentinels)}?shards=${names}&durable=${durable}`;
}

/**
 * One command on a connection of its own.
 * @param {number} port
 * @param {string} command
 * @param {string[]} args
 * @param {string} [at] host
 * @returns {Promise<unknown>}
 */
export async function ask(port, command, args = [], at = host) {
  const options = { retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 1_000, commandTimeout: 1_000 };
  const client = new Redis({ ...options, host: at, port, lazyConnect: true, enableReadyCheck: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** Answers, has loaded its data, and a replica has its primary's. @param {ServiceProcess} server */
export async function isRedisReady({ port, spec }) {
  if (spec.kind === 'sentinel') return (await ask(port, 'PING')) === 'PONG';
  const info = String(await ask(port, 'INFO'));
  return /^loading:0/m.test(info) && (/^role:master/m.test(info) || /^master_link_status:up/m.test(info));
}

/**
 * Waits until every Sentinel knows each shard's replicas and the other Sentinels: before that nothing is promoted.
 * @param {readonly ServiceProcess[]} sentinels
 * @param {Topology} topology
 * @param {AbortSignal | undefined} signal
 */
export async function settleSentinels(sentinels, topology, signal) {
  const names = Array.from({ length: topology.shards }, (_, index) => shardName(index));
  const knows = async (/** @type {number} */ port, /** @type {string} */ name) => {
    const fields = /** @type {string[]} */ (await ask(port, 'SENTINEL', ['MASTER', name]));
    const read = (/** @type {string} */ field) => fields[fields.indexOf(field) + 1];
    const counts = [Number(read('num-slaves')), Number(read('num-other-sentinels'))];
    return read('flags') === 'master' && counts.join() === [topology.replicas, topology.sentinels - 1].join();
  };
  const all = async () => {
    const known = await Promise.all(sentinels.flatMap(({ port }) => names.map((name) => knows(port, name))));
    return known.every(Boolean);
  };
  await waitFor('the Sentinels', all, { withinMs: 30_000, signal });
}
