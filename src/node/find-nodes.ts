/** Where all servers over these services are operated. */
import { Fleet } from '#adapters/redis/fleet';
import { RedisNodes } from '#adapters/redis/nodes';
import type { Whereabouts } from '#adapters/redis/nodes';
import { jsonLog } from '#adapters/system/log';
import { systemTime } from '#adapters/system/time';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { Services } from '#node/options';

/** Rejects when the Redis that knows them does not answer. */
export const findNodes = async ({ redis, prefix }: Services): Promise<readonly Whereabouts[]> => {
  const limits = withLimits();
  const options = { url: redis, prefix, guardFor: () => unguarded, limits, log: jsonLog(), time: systemTime };
  const fleet = await Fleet.open(options);
  try {
    return await new RedisNodes(fleet, prefix, limits['nodes.ttlMs']).all(systemTime.now());
  } finally {
    fleet.close();
  }
};
