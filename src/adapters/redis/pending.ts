/** `pendingWrites:{conv}` on the durable Redis. */
import type { PendingSet } from '#contract/parts/pending';
import type { DurableRedis } from '#adapters/redis/durable';

export const redisPending = (durable: DurableRedis, prefix: string): PendingSet => {
  const keyOf = (conv: string): string => `${prefix}pendingWrites:${conv}`;
  return {
    run: () => durable.call('read', (_client, run) => Promise.resolve(run)),
    add: (conv, ids) =>
      durable.call('repeatable', async (client, run) => {
        await client.sadd(keyOf(conv), ...ids);
        return run;
      }),
    remove: async (conv, ids) => {
      if (ids.length > 0) await durable.call('repeatable', (client) => client.srem(keyOf(conv), ...ids));
    },
    of: (conv) => durable.call('read', (client) => client.smembers(keyOf(conv))),
  };
};
