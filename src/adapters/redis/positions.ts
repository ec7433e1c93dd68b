/** What devices acknowledged, `acked:{user}:{device}`: a hash by conversation, on the shard of the user. */
import type { Conv, Device, Seq, User } from '#contract/conversation';
import type { Cursors, PositionCache } from '#contract/parts/positions';
import type { Fleet } from '#adapters/redis/fleet';
import { Script } from '#adapters/redis/script';

/** key, ttl, key of the devices, device, then conversations and numbers */
const raise = new Script(`
for at = 5, #ARGV, 2 do
  local known = redis.call('HGET', ARGV[1], ARGV[at])
  if not known or tonumber(known) < tonumber(ARGV[at + 1]) then redis.call('HSET', ARGV[1], ARGV[at], ARGV[at + 1]) end
end
redis.call('SADD', ARGV[3], ARGV[4])
for _, key in ipairs({ ARGV[1], ARGV[3] }) do redis.call('PEXPIRE', key, ARGV[2]) end
return redis.status_reply('OK')`);

export const redisPositions = (fleet: Fleet, prefix: string, ttlMs: number): PositionCache => {
  const keyOf = (user: User, device: Device): string => `${prefix}acked:${user}:${device}`;
  const devicesOf = (user: User): string => `${prefix}devices:${user}`;
  return {
    devices: (user) => fleet.of(user).call('read', (client) => client.smembers(devicesOf(user))),
    raise: async (user, device, cursors) => {
      const args = [keyOf(user, device), ttlMs, devicesOf(user), device, ...[...cursors].flat()];
      await fleet.of(user).call('repeatable', (client) => raise.run(client, ...args));
    },
    of: async (user, device): Promise<Cursors> => {
      const all = await fleet.of(user).call('read', (client) => client.hgetall(keyOf(user, device)));
      return new Map(Object.entries(all).map(([conv, seq]): [Conv, Seq] => [conv, Number(seq)]));
    },
  };
};
