/**
 * Who is online: `presence:{user}`, a hash of nodes and when each last said so, gone by itself presence.ttlMs after the
 * last beat (C32); `seen:{user}` stays.
 */
import type { Millis, User } from '#contract/conversation';
import type { NodeName } from '#contract/ports/bus';
import type { PresenceMarks } from '#contract/parts/presence';
import type { Seen } from '#contract/ports/presence';
import type { Fleet } from '#adapters/redis/fleet';
import { Script } from '#adapters/redis/script';
import type { Shard } from '#adapters/redis/shard';

const saw = `
local prefix = ARGV[1]
local function saw(user, at)
  local key = prefix .. 'seen:' .. user
  if at > tonumber(redis.call('GET', key) or '-1') then redis.call('SET', key, string.format('%.0f', at)) end
end
`;

/** prefix, node, now, ttl, users */
const beat = new Script(`${saw}
for at = 5, #ARGV do
  local key = prefix .. 'presence:' .. ARGV[at]
  redis.call('HSET', key, ARGV[2], ARGV[3])
  redis.call('PEXPIRE', key, ARGV[4])
  saw(ARGV[at], tonumber(ARGV[3]))
end
return redis.status_reply('OK')`);

/** prefix, node, user, at */
const gone = new Script(`${saw}
redis.call('HDEL', prefix .. 'presence:' .. ARGV[3], ARGV[2])
saw(ARGV[3], tonumber(ARGV[4]))
return redis.status_reply('OK')`);

/** prefix, users → the newest beat and when last seen of each, '' where there is none */
const look = new Script(`
local answer = {}
for at = 2, #ARGV do
  local newest = ''
  for _, beat in ipairs(redis.call('HVALS', ARGV[1] .. 'presence:' .. ARGV[at])) do
    if newest == '' or tonumber(beat) > tonumber(newest) then newest = beat end
  end
  table.insert(answer, newest)
  table.insert(answer, redis.call('GET', ARGV[1] .. 'seen:' .. ARGV[at]) or '')
end
return answer`);

export const redisPresence = (fleet: Fleet, prefix: string, ttlMs: number): PresenceMarks => {
  const byShard = (users: readonly User[]): Map<Shard, User[]> => {
    const found = new Map<Shard, User[]>();
    for (const user of users) found.set(fleet.of(user), [...(found.get(fleet.of(user)) ?? []), user]);
    return found;
  };
  const each = (users: readonly User[], work: (shard: Shard, users: User[]) => Promise<unknown>): Promise<unknown> =>
    Promise.all([...byShard(users)].map(([shard, mine]) => work(shard, mine)));
  return {
    beat: async (node: NodeName, users, now) => {
      await each(users, (shard, mine) =>
        shard.call('repeatable', (client) => beat.run(client, prefix, node, now, ttlMs, ...mine)),
      );
    },
    gone: async (node, user, at) => {
      await fleet.of(user).call('repeatable', (client) => gone.run(client, prefix, node, user, at));
    },
    of: async (users, now: Millis) => {
      const found = new Map<User, Seen>();
      await each(users, async (shard, mine) => {
        const answer = (await shard.call('read', (client) => look.run(client, prefix, ...mine))) as string[];
        mine.forEach((user, index) => {
          const [newest = '', seen = ''] = answer.slice(index * 2, index * 2 + 2);
          const online = newest !== '' && now - Number(newest) < ttlMs;
          found.set(user, { online, lastSeenAt: seen === '' ? null : Number(seen) });
        });
      });
      return found;
    },
  };
};
