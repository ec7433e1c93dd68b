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
import { changed } from '#adapters/redis/inbox-version';
import { Pages } from '#adapters/redis/pages';
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
 * prefix, user, how many, before which time and conversation ('' for the newest), kept → the epoch and, where the inbox
 * is whole, its version and a line for each entry: conversations, cards, lasts, read positions. Of the same time the
 * names decide, upwards; Redis has them downwards. A page costs some five commands, however long it is; Redis puts
 * together no more than it must, for it does one thing at a time.
 */
const page = new Script(`
local prefix, user, limit, at, conv, kept = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6])
local epoch = redis.call('GET', prefix .. 'epoch') or '0'
local inbox = prefix .. 'inbox:' .. user
if redis.call('GET', prefix .. 'inbox:full:' .. user) ~= epoch then return { epoch } end
local version = redis.call('GET', prefix .. 'inbox:v:' .. user) or ''
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
  if from + 2 <= #rest and rest[from + 3] ~= score then
    table.insert(found, rest[from])
    from = from + 2
  else
    for _, one in ipairs(redis.call('ZRANGEBYSCORE', inbox, score, score)) do table.insert(found, one) end
    while from <= #rest and rest[from + 1] == score do from = from + 2 end
  end
end
if #found < limit and redis.call('ZCARD', inbox) >= kept then return { epoch } end
if #found == 0 then return { epoch, version, '' } end
local convs, keys = {}, {}
for index = 1, math.min(limit, #found) do
  convs[index] = found[index]
  keys[index] = prefix .. 'card:' .. found[index]
end
local cards = redis.call('MGET', unpack(keys))
local lasts = redis.call('HMGET', prefix .. 'last:' .. user, unpack(convs))
local reads = redis.call('HMGET', prefix .. 'read:' .. user, unpack(convs))
for index = 1, #convs do
  if not cards[index] or not lasts[index] then return { epoch } end
  reads[index] = reads[index] or '0'
end
local function lines(list) return table.concat(list, '\\n') end
return { epoch, version, lines(convs), lines(cards), lines(lasts), lines(reads) }`);

/** prefix, user, epoch, ttl, items (JSON) */
const fill = new Script(`
local prefix, user, ttl = ARGV[1], ARGV[2], ARGV[4]
${changed}
if (redis.call('GET', prefix .. 'epoch') or '0') ~= ARGV[3] then return 0 end
local inbox, last, read = prefix .. 'inbox:' .. user, prefix .. 'last:' .. user, prefix .. 'read:' .. user
for _, one in ipairs(cjson.decode(ARGV[5])) do
  local known = redis.call('HGET', last, one.conv)
  if not known or tonumber(string.match(known, '^(%d+)')) <= one.seq then
    redis.call('HSET', last, one.conv, string.format('%.0f:%.0f:0', one.seq, one.since))
    redis.call('ZADD', inbox, 'GT', string.format('%.0f', one.at), one.conv)
  end
  local card = prefix .. 'card:' .. one.conv
  local seq = redis.call('GET', card)
  if not seq or tonumber(string.match(seq, '^%d+')) <= one.seq then
    redis.call('SET', card, string.format('%.0f:', one.seq) .. one.card, 'PX', ttl)
  else
    redis.call('PEXPIRE', card, ttl)
  end
  local known_read = tonumber(redis.call('HGET', read, one.conv) or '0')
  if one.read > known_read then redis.call('HSET', read, one.conv, one.read) end
end
for _, key in ipairs({ inbox, read }) do redis.call('PEXPIRE', key, ttl) end
changed(user, ttl)
redis.call('SET', prefix .. 'inbox:full:' .. user, ARGV[3], 'PX', ttl)
return 1`);

/** prefix, user, conversation, number, ttl */
const raise = new Script(`
local prefix, user = ARGV[1], ARGV[2]
${changed}
local key = prefix .. 'read:' .. user
if tonumber(ARGV[4]) > tonumber(redis.call('HGET', key, ARGV[3]) or '0') then
  redis.call('HSET', key, ARGV[3], ARGV[4])
  changed(user, ARGV[5])
end
redis.call('PEXPIRE', key, ARGV[5])
return redis.status_reply('OK')`);

/** Plain literals: put together from parts, the same took most of the time of a page. */
const itemOf = (user: User, conv: Conv, card: Card, last: string, read: Seq): InboxItem => {
  const { kind, title, seq, at, preview } = card;
  const begins = last.indexOf(':') + 1;
  const since = Number(last.slice(begins, last.indexOf(':', begins)));
  const members = card.members.filter((one) => one !== user).slice(0, inboxOthers);
  const unread = Math.max(0, seq - Math.max(read, since - 1));
  if (title === undefined) return { conv, kind, members, since, seq, at, preview, unread };
  return { conv, kind, title, members, since, seq, at, preview, unread };
};

/** Of `card:` as it is stored, `seq:JSON`. */
const cardsOf = (cards: string): Card[] => {
  const texts = cards.split('\n').map((card) => card.slice(card.indexOf(':') + 1));
  return JSON.parse(`[${texts.join(',')}]`) as Card[];
};

/** The entries of an answer of the script; `last` is `seq:since:left`. */
const itemsOf = (user: User, [convs = '', cards = '', lasts = '', reads = '']: readonly string[]): InboxItem[] => {
  if (convs === '') return [];
  const [names, last, read] = [convs.split('\n'), lasts.split('\n'), reads.split('\n')];
  return cardsOf(cards).map((card, n) => itemOf(user, names[n] ?? '', card, last[n] ?? '', Number(read[n])));
};

export const redisInbox = (fleet: Fleet, prefix: string, limits: Limits): InboxCache => {
  const pages = new Pages(limits['inbox.pages']);
  const pageOf = async (user: User, limit: number, from: InboxPlace | undefined): Promise<CachedPage> => {
    const args = [user, limit + 1, from?.at ?? '', from?.conv ?? '', limits['inbox.kept']];
    const read = (client: Redis) => page.read(client, prefix, ...args) as Promise<string[]>;
    const { value, from: source } = await fleet.of(user).read(read, ([epoch]) => Number(epoch));
    const [epoch = '0', version, ...lines] = value;
    if (version === undefined) return { epoch };
    const items = itemsOf(user, lines);
    const shown = items.slice(0, limit);
    const end = shown.at(-1);
    const next = end !== undefined && items.length > limit ? { at: end.at, conv: end.conv } : null;
    const found = { items: shown, next };
    if (from === undefined) pages.keep(user, { epoch, version, limit, page: found });
    return { page: { ...found, source } };
  };
  /** The same as before, where nothing has changed since. */
  const keptPageOf = async (user: User, limit: number): Promise<CachedPage | undefined> => {
    const kept = pages.of(user, limit);
    if (kept === undefined) return undefined;
    const keys = [`${prefix}epoch`, `${prefix}inbox:full:${user}`, `${prefix}inbox:v:${user}`];
    const { value, from: source } = await fleet.of(user).read(
      (client: Redis) => client.mget(keys),
      ([epoch]) => Number(epoch ?? '0'),
    );
    const [epoch, full, version] = value;
    const isSame = full === kept.epoch && (epoch ?? '0') === kept.epoch && version === kept.version;
    return isSame ? { page: { ...kept.page, source } } : undefined;
  };
  return {
    page: async (user, limit, from) =>
      (from === undefined ? await keptPageOf(user, limit) : undefined) ?? pageOf(user, limit, from),
    fill: async (user, epoch, items) => {
      const filled = items.map(({ conv, kind, title, members, since, seq, at, preview, unread }) => {
        const card = { kind, ...(title === undefined ? {} : { title }), members: [...members, user], seq, at, preview };
        return { conv, seq, since, at, card: JSON.stringify(card), read: seq - unread };
      });
      const args = [user, epoch, limits['inbox.ttlMs'], JSON.stringify(filled)];
      await fleet.of(user).call('repeatable', (client) => fill.run(client, prefix, ...args));
    },
    read: async (user, conv, seq) => {
      const args = [user, conv, seq, limits['inbox.ttlMs']];
      await fleet.of(user).call('repeatable', (client) => raise.run(client, prefix, ...args));
    },
  };
};
