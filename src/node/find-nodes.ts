/** Where all servers over these services are operated. */
import { closedView } from '#actors/resource';
import { Fleet } from '#adapters/redis/fleet';
import { RedisNodes } from '#adapters/redis/nodes';
import type { Whereabouts } from '#adapters/redis/nodes';
import { freshSeed } from '#adapters/system/random';
import { jsonLog } from '#adapters/system/log';
import { systemTime } from '#adapters/system/time';
import { withLimits } from '#contract/limits';
import type { Services } from '#node/options';
import { guardOf } from '#resilience/guarding';
import { seededRandom } from '#runtime/random';

const openMs = 1_000;

/** Rejects when the Redis that knows them does not answer. */
export const findNodes = async ({ redis, prefix }: Services): Promise<readonly Whereabouts[]> => {
  // Whoever waits for the command does not wait long for a Redis that is away.
  const limits = withLimits({ 'redis.openMs': openMs });
  const random = seededRandom(freshSeed());
  const part = { time: systemTime, random, limits, tell: () => undefined, count: () => undefined };
  const guardFor = (name: string) => guardOf({ ...part, name, breaker: closedView() });
  const options = { url: redis, prefix, guardFor, limits, log: jsonLog(), time: systemTime };
  const fleet = await Fleet.open(options);
  try {
    return await new RedisNodes(fleet, prefix, limits['nodes.ttlMs']).all(systemTime.now());
  } finally {
    fleet.close();
  }
};
