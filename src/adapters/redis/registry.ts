/**
 * The salt registry on the durable Redis: `registry:{conv}` is N, `pendingWrites:{conv}` the set of ids that are
 * queued. A server that starts on a cut log starts normally and answers nothing for what it lost: `registry:run` names
 * the process that was reconciled with the backup, `pendingWrites:run` the one since whose start the log was found
 * empty.
 */
import type { RegistryServer } from '#contract/parts/registry';
import type { DurableRedis } from '#adapters/redis/durable';
import { Script } from '#adapters/redis/script';

/** prefix, conversation → N, how many ids, which process was reconciled, and which proven */
const look = new Script(`
return { redis.call('GET', ARGV[1] .. 'registry:' .. ARGV[2]) or '1',
  redis.call('SCARD', ARGV[1] .. 'pendingWrites:' .. ARGV[2]),
  redis.call('GET', ARGV[1] .. 'registry:run') or '',
  redis.call('GET', ARGV[1] .. 'pendingWrites:run') or '' }`);

/** prefix, conversation, N */
const raise = new Script(`
local key = ARGV[1] .. 'registry:' .. ARGV[2]
if tonumber(ARGV[3]) > tonumber(redis.call('GET', key) or '1') then redis.call('SET', key, ARGV[3]) end
return redis.status_reply('OK')`);

export const redisRegistry = (durable: DurableRedis, prefix: string): RegistryServer => ({
  of: (conv) =>
    durable.call('read', async (client, run) => {
      const [partitions, queued, reconciled, proven] = (await look.run(client, prefix, conv)) as [
        ...[string, number, string, string],
      ];
      const known = { isReconciled: reconciled === run, isProven: proven === run };
      return { partitions: Number(partitions), queued, ...known, run };
    }),
  raise: async (conv, partitions) => {
    await durable.call('repeatable', (client) => raise.run(client, prefix, conv, partitions));
  },
  reconciled: async (run) => {
    await durable.call('repeatable', (client) => client.set(`${prefix}registry:run`, run));
  },
  proven: async (run) => {
    await durable.call('repeatable', (client) => client.set(`${prefix}pendingWrites:run`, run));
  },
});
