/**
 * What one fan-out changes on one shard, in one step: the newest number of the conversation for each user, their inbox,
 * and word to the nodes where they are connected. `last:{user}` is a hash of `seq:since:left`; who left stays noted, so
 * that late news does not bring the conversation back.
 */
import { changed } from '#adapters/redis/inbox-version';
import { Script } from '#adapters/redis/script';

const nodes = `
local prefix, from = ARGV[1], ARGV[2]
local nodes = {}
local function hears(user)
  for _, entry in ipairs(redis.call('HVALS', prefix .. 'sessions:' .. user)) do
    local node = string.match(entry, '^%d+|([^|]*)|')
    if node ~= from then nodes[node] = true end
  end
end
local function publish(payload)
  for node, _ in pairs(nodes) do redis.call('PUBLISH', prefix .. 'node:' .. node, payload) end
end
`;

/** prefix, from, users (JSON), payload: to each other node where one of them is connected */
export const tell = new Script(`${nodes}
for _, user in ipairs(cjson.decode(ARGV[3])) do hears(user) end
publish(ARGV[4])
return redis.status_reply('OK')`);

/** prefix, from, work (JSON), payload, conversations kept in an inbox, ttl of inboxes */
export const fanOut = new Script(`${nodes}${changed}
local kept, ttl = tonumber(ARGV[5]), ARGV[6]
local function note(user, notice, joins, leaves)
  local key = prefix .. 'last:' .. user
  local known = redis.call('HGET', key, notice.conv)
  local seq, since, left = 0, 1, '0'
  if known then
    local a, b, c = string.match(known, '^(%d+):(%d+):(%d)$')
    seq, since, left = tonumber(a), tonumber(b), c
    if seq > notice.to then return end
  elseif not joins then
    -- It ought to be known: what was lost with it is read from the store.
    redis.call('DEL', prefix .. 'last:full:' .. user, prefix .. 'inbox:full:' .. user)
  end
  if joins then since = math.max(1, notice.from) end
  if leaves then left = '1' elseif joins or seq < notice.to then left = '0' end
  redis.call('HSET', key, notice.conv, string.format('%.0f:%.0f:%s', notice.to, since, left))
  local inbox = prefix .. 'inbox:' .. user
  changed(user, ttl)
  if leaves then
    redis.call('ZREM', inbox, notice.conv)
  else
    redis.call('ZADD', inbox, 'GT', notice.at, notice.conv)
    redis.call('ZREMRANGEBYRANK', inbox, 0, -kept - 1)
    redis.call('PEXPIRE', inbox, ttl)
  end
end
for _, notice in ipairs(cjson.decode(ARGV[3])) do
  local card = prefix .. 'card:' .. notice.conv
  local known = redis.call('GET', card)
  if not known or tonumber(string.match(known, '^%d+')) <= notice.to then
    redis.call('SET', card, string.format('%.0f:', notice.to) .. notice.card, 'PX', ttl)
  end
  local joins = {}
  for _, user in ipairs(notice.added) do joins[user] = true end
  for _, user in ipairs(notice.recipients) do note(user, notice, joins[user], false) hears(user) end
  for _, user in ipairs(notice.added) do note(user, notice, true, false) hears(user) end
  for _, user in ipairs(notice.removed) do note(user, notice, false, true) hears(user) end
end
publish(ARGV[4])
return redis.status_reply('OK')`);

/**
 * prefix, user, device, ttl of sessions → whether the index is whole, its epoch, the session of the device, the index
 */
export const look = new Script(`
local prefix, user = ARGV[1], ARGV[2]
local sessions = prefix .. 'sessions:' .. user
redis.call('PEXPIRE', sessions, ARGV[4])
local epoch = redis.call('GET', prefix .. 'epoch') or '0'
local whole = redis.call('GET', prefix .. 'last:full:' .. user) == epoch
local last = whole and redis.call('HGETALL', prefix .. 'last:' .. user) or {}
return { whole and 1 or 0, epoch, redis.call('HGET', sessions, ARGV[3]), last }`);

/** prefix, user, epoch, ttl, conversations (JSON): completes the index, if the epoch is still that one */
export const fillLast = new Script(`
local prefix, user = ARGV[1], ARGV[2]
${changed}
if (redis.call('GET', prefix .. 'epoch') or '0') ~= ARGV[3] then return 0 end
local key = prefix .. 'last:' .. user
for _, one in ipairs(cjson.decode(ARGV[5])) do
  local known = redis.call('HGET', key, one.conv)
  local seq = known and tonumber(string.match(known, '^(%d+)')) or -1
  if seq < one.last then
    redis.call('HSET', key, one.conv, string.format('%.0f:%.0f:0', one.last, one.since))
  end
end
changed(user, ARGV[4])
redis.call('PEXPIRE', key, ARGV[4] * 2)
redis.call('SET', prefix .. 'last:full:' .. user, ARGV[3], 'PX', ARGV[4])
return 1`);
