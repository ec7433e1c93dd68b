/**
 * The salt registry on the durable Redis: `registry:{conv}` is N, `pendingWrites:{conv}` the set of ids that are queued.
 * A server that starts on a cut log starts normally and answers nothing for what it lost: `registry:run` names the
 * process that was reconciled with the backup, and counts for no other.
 */
import type { Conv } from '#contract/conversation';
import type { Registered, RegistryServer } from '#contract/parts/registry';
import { Script } from '#adapters/redis/script';
import type { RedisServer } from '#adapters/redis/server';
import { runIdOf } from '#adapters/redis/shard';

/** prefix, conversation → N, how many ids, which process was reconciled */
const look = new Script(`
return { redis.call('GET', ARGV[1] .. 'registry:' .. ARGV[2]) or '1',
  redis.call('SCARD', ARGV[1] .. 'pendingWrites:' .. ARGV[2]),
  redis.call('GET', ARGV[1] .. 'registry:run') or '' }`);

/** prefix, conversation, N */
const raise = new Script(`
local key = ARGV[1] .. 'registry:' .. ARGV[2]
if tonumber(ARGV[3]) > tonumber(redis.call('GET', key) or '1') then redis.call('SET', key, ARGV[3]) end
return redis.status_reply('OK')`);

export class RedisRegistry implements RegistryServer {
  /** Process of the server that this connection leads to. */
  #run: Promise<string> | undefined;

  constructor(
    readonly server: RedisServer,
    readonly prefix: string,
  ) {
    server.client.on('close', () => (this.#run = undefined));
  }

  async of(conv: Conv): Promise<Registered> {
    return this.server.call('read', async (client) => {
      const run = await (this.#run ??= runIdOf(client));
      const answer = (await look.run(client, this.prefix, conv)) as [string, number, string];
      const [partitions, queued, reconciled] = answer;
      return { partitions: Number(partitions), queued, isReconciled: reconciled === run, run };
    });
  }

  async raise(conv: Conv, partitions: number): Promise<void> {
    await this.server.call('repeatable', (client) => raise.run(client, this.prefix, conv, partitions));
  }

  async reconciled(run: string): Promise<void> {
    await this.server.call('repeatable', (client) => client.set(`${this.prefix}registry:run`, run));
  }
}
