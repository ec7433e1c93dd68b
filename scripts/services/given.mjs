// Services that run already: found by the same variables as the product's own, tried once, never stopped.
import kafkajs from 'kafkajs';
import { answersHttp } from './dynamodb.mjs';
import { ask } from './redis.mjs';

/** @typedef {import('./state.mjs').Given} Given */

/** @param {string} url every address in a URL of Redis */
const redisAddresses = (url) => [...url.matchAll(/([^/,=@?]+):(\d+)/g)].map(([, host = '', port]) => ({ host, port }));

/** @param {string} url */
async function tryRedis(url) {
  const addresses = redisAddresses(url.replace(/^redis(\+sentinel)?:\/\//, ''));
  if (addresses.length === 0) throw new Error('it names no server');
  await Promise.all(addresses.map(({ host, port }) => ask(Number(port), 'PING', [], host)));
}

/** @param {string} addresses */
async function tryKafka(addresses) {
  const quiet = { logLevel: kafkajs.logLevel.NOTHING, connectionTimeout: 3_000, retry: { retries: 1 } };
  const admin = new kafkajs.Kafka({ brokers: addresses.split(','), ...quiet }).admin();
  try {
    await admin.connect();
  } finally {
    await admin.disconnect();
  }
}

/** `aws` is the service of the region: whether it lets us in is for the product to find out. @param {string} url */
const tryDynamodb = (url) => (url === 'aws' ? Promise.resolve(true) : answersHttp(url));

const variables = { redis: 'HOGMANAY_REDIS', kafka: 'HOGMANAY_KAFKA', dynamodb: 'HOGMANAY_DYNAMODB' };
const tries = { redis: tryRedis, kafka: tryKafka, dynamodb: tryDynamodb };

export const kinds = /** @type {(keyof typeof variables)[]} */ (Object.keys(variables));

/** @param {Record<string, string | undefined>} env @returns {Given} */
export function givenIn(env) {
  /** @type {Given} */
  const given = {};
  for (const kind of kinds) {
    const url = env[variables[kind]];
    if (url !== undefined && url !== '') given[kind] = url;
  }
  return given;
}

/** The variables that carry these addresses to the product and its tests. @param {Given} urls */
export function envOf(urls) {
  /** @type {Record<string, string>} */
  const env = {};
  for (const kind of kinds) {
    const url = urls[kind];
    if (url !== undefined) env[variables[kind]] = url;
  }
  return env;
}

/** Fails when one does not answer. @param {Given} given */
export async function tryGiven(given) {
  const named = kinds.filter((kind) => given[kind] !== undefined);
  await Promise.all(
    named.map(async (kind) => {
      const url = given[kind] ?? '';
      try {
        await tries[kind](url);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${variables[kind]}=${url} does not answer: ${reason}`, { cause: error });
      }
    }),
  );
}
