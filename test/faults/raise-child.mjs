// For deaths.ts: raises the partitions of a conversation as the product does, and dies (SIGKILL) at CRASH_AT:
// `between:backup,registry`, when the database knows and Redis does not.
import { writeSync } from 'node:fs';
import process from 'node:process';

/** @param {string} file */
const built = (file) => import(new URL(`../../dist/src/${file}`, import.meta.url).href);

const [conv = '', partitions = ''] = process.argv.slice(2);
const { HOGMANAY_REDIS, HOGMANAY_KAFKA, HOGMANAY_DYNAMODB, HOGMANAY_PREFIX, CRASH_AT } = process.env;
const [{ openClients }, { DurableRedis }, { redisRegistry }, { dynamoRegistry }, { tieredRegistry }, rest] =
  await Promise.all([
    built('node/real.js'),
    built('adapters/redis/durable.js'),
    built('adapters/redis/registry.js'),
    built('adapters/dynamodb/registry-backup.js'),
    built('adapters/tiered/registry.js'),
    Promise.all([built('contract/limits.js'), built('contract/guard.js'), built('adapters/system/log.js')]),
  ]);
const [{ withLimits }, { unguarded }, { jsonLog }] = rest;

const services = {
  ...{ redis: HOGMANAY_REDIS, kafka: HOGMANAY_KAFKA, dynamodb: HOGMANAY_DYNAMODB, prefix: HOGMANAY_PREFIX },
};
const log = jsonLog();
const clients = await openClients(services, { node: 'raiser', limits: withLimits(), log }, () => unguarded);
const server = redisRegistry(new DurableRedis(clients.fleet.durable), HOGMANAY_PREFIX);
const dying = {
  ...server,
  raise: (/** @type {unknown[]} */ ...args) => {
    if (CRASH_AT !== 'between:backup,registry') return server.raise(...args);
    writeSync(1, `crash at ${CRASH_AT}\n`);
    return new Promise(() => process.kill(process.pid, 'SIGKILL'));
  },
};
const registry = tieredRegistry({ server: dying, backup: dynamoRegistry(clients.dynamo), queue: {}, log });
registry.raise(
  conv,
  Number(partitions),
)((/** @type {unknown} */ outcome) => {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  void clients.close();
});
