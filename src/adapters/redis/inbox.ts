/**
 * Inboxes ready to be served: `inbox:{user}`, a sorted set of conversations by the time of their last message (A1),
 * with the card of each, the user's `last:` and what they have `read:`, all on the user's shard. It is served while it
 * is marked as whole in the current epoch; whoever writes never sets that mark.
 */
import type { Redis } from 'ioredis';
import type { Conv, ConversationKind, Millis, Seq, User } from '#contract/conversation';
import type { InboxItem, InboxPlace } from '#contract/inbox';
import { inboxOthers } from '#contract/inbox';
import type { Limits } from '#contract/limits';
import type { CachedPage, InboxCache } from '#contract/parts/inbox';
import type { Fleet } from '#adapters/redis/fleet';
import { Script } from '#adapters/redis/script';

interface Card {
  readonly kind: ConversationKind;
  readonly title?: string;
  readonly members: readonly User[];
  readonly seq: Seq;
  readonly at: Millis;
  readonly preview: string;
}

/**
 * prefix, user, how many, before which time and conversation ('' for the newest), kept → the epoch, or rows of
 * conversation, card, last and read position. Of the same time the names decide, upwards; Redis has them downwards.
 */
const page = new Script(`
local prefix, user, limit, at, conv, kept = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6])
local epoch = redis.call('GET', prefix .. 'epoch') or '0'
local inbox = prefix .. 'inbox:' .. user
if redis.call('GET', prefix .. 'inbox:full:' .. user) ~= epoch then return { epoch } end
local found = {}
if at ~= '' then
  for _, one in ipairs(redis.call('ZRANGEBYSCORE', inbox, at, at)) do
    if one > conv then table.insert(found, one) end
  end
end
local top = at == '' and '+inf' or '(' .. at
local rest = redis.call('ZREVRANGEBYSCORE', inbox, top, '-inf', 'WITHSCORES', 'LIMIT', 0, limit)
local from = 1
while from <= #rest do
  local score = rest[from + 1]
  for _, one in ipairs(redis.call('ZRANGEBYSCORE', inbox, score, score)) do table.insert(found, one) end
  while from <= #rest and rest[from + 1] == score do from = from + 2 end
end
if #found < limit and redis.call('ZCARD', inbox) >= kept then return { epoch } end
local rows = { epoch }
for index = 1, math.min(limit, #found) do
  local card = redis.call('HGET', prefix .. 'card:' .. found[index], 'card')
  local last = redis.call('HGET', prefix .. 'last:' .. user, found[index])
  if not card or not last then return { epoch } end
  table.insert(rows, found[index])
  table.insert(rows, card)
  table.insert(rows, last)
  table.insert(rows, redis.call('HGET', prefix .. 'read:' .. user, found[index]) or '0')
end
table.insert(rows, 'whole')
return rows`);

/** prefix, user, epoch, ttl, items (JSON) */
const fill = new Script(`
local prefix, user, ttl = ARGV[1], ARGV[2], ARGV[4]
if (redis.call('GET', prefix .. 'epoch') or '0') ~= ARGV[3] then return 0 end
local inbox, last, read = prefix .. 'inbox:' .. user, prefix .. 'last:' .. user, prefix .. 'read:' .. user
for _, one in ipairs(cjson.decode(ARGV[5])) do
  local known = redis.call('HGET', last, one.conv)
  if not known or tonumber(string.match(known, '^(%d+)')) <= one.seq then
    redis.call('HSET', last, one.conv, string.format('%.0f:%.0f:0', one.seq, one.since))
    redis.call('ZADD', inbox, 'GT', string.format('%.0f', one.at), one.conv)
  end
  local card = prefix .. 'card:' .. one.conv
  local seq = redis.call('HGET', card, 'seq')
  if not seq or tonumber(seq) <= one.seq then
    redis.call('HSET', card, 'seq', string.format('%.0f', one.seq), 'card', one.card)
  end
  redis.call('PEXPIRE', card, ttl)
  local known_read = tonumber(redis.call('HGET', read, one.conv) or '0')
  if one.read > known_read then redis.call('HSET', read, one.conv, one.read) end
end
for _, key in ipairs({ inbox, read }) do redis.call('PEXPIRE', key, ttl) end
redis.call('SET', prefix .. 'inbox:full:' .. user, ARGV[3], 'PX', ttl)
return 1`);

/** key, conversation, number, ttl */
const raise = new Script(`
if tonumber(ARGV[3]) > tonumber(redis.call('HGET', ARGV[1], ARGV[2]) or '0') then
  redis.call('HSET', ARGV[1], ARGV[2], ARGV[3])
end
redis.call('PEXPIRE', ARGV[1], ARGV[4])
return redis.status_reply('OK')`);

const itemOf = (user: User, conv: Conv, card: string, last: string, read: string): InboxItem => {
  const { kind, title, members, seq, at, preview } = JSON.parse(card) as Card;
  const [, since] = last.split(':').map(Number);
  const from = since ?? 1;
  return {
    ...{ conv, kind, ...(title === undefined ? {} : { title }) },
    members: members.filter((one) => one !== user).slice(0, inboxOthers),
    ...{ since: from, seq, at, preview },
    unread: Math.max(0, seq - Math.max(Number(read), from - 1)),
  };
};

export const redisInbox = (fleet: Fleet, prefix: string, limits: Limits): InboxCache => {
  const pageOf = async (user: User, limit: number, from: InboxPlace | undefined): Promise<CachedPage> => {
    const args = [user, limit + 1, from?.at ?? '', from?.conv ?? '', limits['inbox.kept']];
    const read = (client: Redis) => page.read(client, prefix, ...args) as Promise<string[]>;
    const { value, from: source } = await fleet.of(user).read(read, ([epoch]) => Number(epoch));
    const [epoch = '0', ...rows] = value;
    if (rows.at(-1) !== 'whole') return { epoch };
    const items: InboxItem[] = [];
    for (let at = 0; at + 3 < rows.length; at += 4) {
      const [conv = '', card = '', last = '', read = ''] = rows.slice(at, at + 4);
      items.push(itemOf(user, conv, card, last, read));
    }
    const shown = items.slice(0, limit);
    const end = shown.at(-1);
    const next = end !== undefined && items.length > limit ? { at: end.at, conv: end.conv } : null;
    return { page: { items: shown, next, source } };
  };
  return {
    page: pageOf,
    fill: async (user, epoch, items) => {
      const filled = items.map(({ conv, kind, title, members, since, seq, at, preview, unread }) => {
        const card = { kind, ...(title === undefined ? {} : { title }), members: [...members, user], seq, at, preview };
        return { conv, seq, since, at, card: JSON.stringify(card), read: seq - unread };
      });
      const args = [user, epoch, limits['inbox.ttlMs'], JSON.stringify(filled)];
      await fleet.of(user).call('repeatable', (client) => fill.run(client, prefix, ...args));
    },
    read: async (user, conv, seq) => {
      const args = [`${prefix}read:${user}`, conv, seq, limits['inbox.ttlMs']];
      await fleet.of(user).call('repeatable', (client) => raise.run(client, ...args));
    },
  };
};
