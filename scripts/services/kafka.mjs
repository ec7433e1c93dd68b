// Kafka without ZooKeeper: each broker is a controller too. What a test would wait for is short, what it would pay for
// in memory is small; a topic that nobody made is an error.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { run } from './commands.mjs';

/** @typedef {import('./processes.mjs').Spec} Spec */
/** @typedef {import('./processes.mjs').ServiceProcess} ServiceProcess */

const host = '127.0.0.1';
const clusterId = 'aG9nbWFuYXlob2dtYW5heQ';

/** A small heap and a quick start, at the price of peak speed. */
const java = ['java', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];

/** Two ports a broker: for clients, and for the controllers among themselves. @param {number} brokers */
export const kafkaPorts = (brokers) => brokers * 2;

/**
 * What every broker is told, in a container too; `docs/services.md` says why.
 * @param {number} brokers
 */
export function sharedSettings(brokers) {
  const copies = Math.min(3, brokers);
  const inSync = Math.max(1, copies - 1);
  return {
    'auto.create.topics.enable': 'false',
    'default.replication.factor': String(copies),
    'group.initial.rebalance.delay.ms': '0',
    'min.insync.replicas': String(inSync),
    'offsets.topic.num.partitions': '4',
    'offsets.topic.replication.factor': String(copies),
    'transaction.state.log.min.isr': String(inSync),
    'transaction.state.log.num.partitions': '4',
    'transaction.state.log.replication.factor': String(copies),
  };
}

/**
 * @param {number} brokers
 * @param {number[]} ports as many as `kafkaPorts` says
 * @param {string} folder
 * @param {string} jars
 * @returns {Spec[]}
 */
export function kafkaSpecs(brokers, ports, folder, jars) {
  const ids = Array.from({ length: brokers }, (_, index) => index + 1);
  const voters = ids.map((id) => `${id}@${host}:${ports[brokers + id - 1]}`).join(',');
  return ids.map((id) => {
    const port = ports[id - 1] ?? 0;
    const own = join(folder, `kafka-${id}`);
    mkdirSync(own, { recursive: true });
    const file = join(own, 'server.properties');
    const settings = {
      'process.roles': 'broker,controller',
      'node.id': String(id),
      'controller.quorum.voters': voters,
      listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${ports[brokers + id - 1]}`,
      'advertised.listeners': `PLAINTEXT://${host}:${port}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      'inter.broker.listener.name': 'PLAINTEXT',
      'log.dirs': join(own, 'data'),
      // A killed broker may register again when its old session is over.
      'broker.session.timeout.ms': '4000',
      'broker.heartbeat.interval.ms': '500',
      'log.cleaner.dedupe.buffer.size': String(4 * 1024 * 1024),
      ...sharedSettings(brokers),
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const command = [...java, '-cp', join(jars, '*'), 'kafka.Kafka', file];
    const [name, kind] = [`kafka-${id}`, /** @type {const} */ ('kafka')];
    return { name, kind, port, folder: own, logFile: join(own, 'kafka.log'), command, env: {} };
  });
}

/**
 * Makes the empty log folder of a broker, as Kafka demands before its first start.
 * @param {Spec} spec
 * @param {string} jars
 * @param {AbortSignal | undefined} signal
 */
export async function formatStorage(spec, jars, signal) {
  const file = join(spec.folder, 'server.properties');
  const tool = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file];
  await run([...java, '-cp', join(jars, '*'), ...tool], { signal });
}

/** The addresses of the product. @param {readonly { kind: string, port: number }[]} specs */
export const kafkaUrl = (specs) =>
  specs
    .filter(({ kind }) => kind === 'kafka')
    .map(({ port }) => `${host}:${port}`)
    .join(',');

/**
 * True when this broker is in the cluster and the coordinator of groups answers; a fresh broker says "coordinator is
 * loading" for seconds, and a consumer that meets this crashes once.
 * @param {string} address `host:port`
 */
async function isBrokerReady(address) {
  const client = new kafkajs.Kafka({
    brokers: [address],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const isIn = brokers.some((broker) => `${broker.host}:${broker.port}` === address);
    if (isIn) await admin.describeGroups(['hogmanay-services']);
    return isIn;
  } finally {
    await admin.disconnect();
  }
}

/** @param {ServiceProcess} broker */
export const isKafkaReady = ({ port }) => isBrokerReady(`${host}:${port}`);
