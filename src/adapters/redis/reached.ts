/**
 * How far members have got, `reached:{conv}`: a hash of `delivered:read` by user, on the shard of the conversation's
 * name. It counts while it is marked with the epoch under which it was loaded: else it may have holes.
 */
import type { Conv, User } from '#contract/conversation';
import type { ReachedCache } from '#contract/parts/reached';
import type { Raised, Reached, Reaching } from '#contract/ports/receipts';
import type { Fleet } from '#adapters/redis/fleet';
import { Script } from '#adapters/redis/script';

/** The field of the mark: no user has an empty name. */
const loaded = `
local prefix, key = ARGV[1], ARGV[1] .. 'reached:' .. ARGV[2]
local epoch = redis.call('GET', prefix .. 'epoch') or '0'
local isLoaded = redis.call('HGET', key, '') == epoch
local function positions(user)
  local text = redis.call('HGET', key, user)
  if not text then return 0, 0 end
  local delivered, read = string.match(text, '^(%d+):(%d+)$')
  return tonumber(delivered), tonumber(read)
end
local function put(user, delivered, read)
  redis.call('HSET', key, user, string.format('%.0f:%.0f', delivered, read))
end
`;

/** prefix, conversation, ttl, then user, delivered and read → before and after, or nothing */
const raise = new Script(`${loaded}
if not isLoaded then return false end
local answer = {}
for at = 4, #ARGV, 3 do
  local user, delivered, read = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local d, r = positions(user)
  if delivered > d or read > r then put(user, math.max(d, delivered), math.max(r, read)) end
  table.insert(answer, { d, r, math.max(d, delivered), math.max(r, read) })
end
redis.call('PEXPIRE', key, ARGV[3])
return answer`);

/** prefix, conversation, ttl, then user, delivered and read */
const load = new Script(`${loaded}
for at = 4, #ARGV, 3 do
  local user, delivered, read = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local d, r = positions(user)
  if delivered > d or read > r then put(user, math.max(d, delivered), math.max(r, read)) end
end
redis.call('HSET', key, '', epoch)
redis.call('PEXPIRE', key, ARGV[3])
return redis.status_reply('OK')`);

/** prefix, conversation → all, or nothing */
const all = new Script(`${loaded}
if not isLoaded then return false end
return redis.call('HGETALL', key)`);

export const redisReached = (fleet: Fleet, prefix: string, ttlMs: number): ReachedCache => {
  const flat = (reaching: readonly Reaching[]): (string | number)[] =>
    reaching.flatMap(({ user, delivered = 0, read = 0 }) => [user, delivered, read]);
  return {
    raise: async (conv, reaching) => {
      const answer = (await fleet
        .of(conv)
        .call('repeatable', (client) => raise.run(client, prefix, conv, ttlMs, ...flat(reaching)))) as
        [number, number, number, number][] | null;
      return answer?.map(([d, r, delivered, read], index): Raised => ({
        user: reaching[index]?.user ?? '',
        before: { delivered: d, read: r },
        after: { delivered, read },
      }));
    },
    of: async (conv) => {
      const found = (await fleet.of(conv).call('read', (client) => all.run(client, prefix, conv))) as string[] | null;
      if (found === null) return undefined;
      const reached = new Map<User, Reached>();
      for (let at = 0; at < found.length; at += 2) {
        const [delivered, read] = (found[at + 1] ?? '').split(':');
        if (found[at] !== '') reached.set(found[at] as User, { delivered: Number(delivered), read: Number(read) });
      }
      return reached;
    },
    load: async (conv: Conv, reached) => {
      const reaching = [...reached].map(([user, one]) => ({ user, ...one }));
      await fleet.of(conv).call('repeatable', (client) => load.run(client, prefix, conv, ttlMs, ...flat(reaching)));
    },
  };
};
