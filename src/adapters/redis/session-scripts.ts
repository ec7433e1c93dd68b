/**
 * Who is connected where: `sessions:{user}`, a hash of devices, each `epoch|node|session`, the one registered longest
 * first. Kept for a while after the last of them was heard of: whoever is connected says so with every resync.
 */
import { Script } from '#adapters/redis/script';

const parts = `
local function parts(text)
  local epoch, node, session = string.match(text, '^(%d+)|([^|]*)|(.*)$')
  return tonumber(epoch), node, session
end
local function enter(key, device, epoch, node, session, ttl)
  redis.call('HDEL', key, device)
  redis.call('HSET', key, device, string.format('%.0f', epoch) .. '|' .. node .. '|' .. session)
  redis.call('PEXPIRE', key, ttl)
end
`;

/**
 * prefix, user, device, node, session, now, most devices, ttl → its entry, the replaced, the crowded out and its
 * device
 */
export const register = new Script(`${parts}
local key = ARGV[1] .. 'sessions:' .. ARGV[2]
local device, most = ARGV[3], tonumber(ARGV[7])
local replaced = redis.call('HGET', key, device)
local epoch = tonumber(ARGV[6])
if replaced then epoch = math.max(epoch, (parts(replaced)) + 1) end
enter(key, device, epoch, ARGV[4], ARGV[5], ARGV[8])
local crowded, out = false, false
if most > 0 and redis.call('HLEN', key) > most then
  local all = redis.call('HGETALL', key)
  for at = 1, #all, 2 do
    if all[at] ~= device then
      out, crowded = all[at], all[at + 1]
      redis.call('HDEL', key, out)
      break
    end
  end
end
return { redis.call('HGET', key, device), replaced, crowded, out }`);

/** prefix, user, device, epoch, node, session, ttl */
export const restore = new Script(`${parts}
local key = ARGV[1] .. 'sessions:' .. ARGV[2]
local known = redis.call('HGET', key, ARGV[3])
if known and (parts(known)) >= tonumber(ARGV[4]) then return 0 end
enter(key, ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7])
return 1`);

/** prefix, user, device, epoch */
export const unregister = new Script(`${parts}
local key = ARGV[1] .. 'sessions:' .. ARGV[2]
local known = redis.call('HGET', key, ARGV[3])
if known and (parts(known)) == tonumber(ARGV[4]) then return redis.call('HDEL', key, ARGV[3]) end
return 0`);
