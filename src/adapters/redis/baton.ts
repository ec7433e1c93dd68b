/** Turns at appending, over Redis: one script, on the shard of the conversation's name, by the clock of that server. */
import { fault } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { Limits } from '#contract/limits';
import type { Baton, Turn } from '#contract/ports/baton';
import type { Fleet } from '#adapters/redis/fleet';
import { Script } from '#adapters/redis/script';

/** So many times baton.askMs without a question: it does not wait any more. */
const patience = 20;

/**
 * `baton:{conv}`: who holds it until when; `:queue` since when others wait, `:asked` when they last asked.
 * Whoever holds it ends its last append before it asks again, or is done: half a turn longer nobody else gets it.
 * prefix, conversation, node, turn, pace of asking, patience, whether it is done
 * → whether it is its turn, for how long, and whether nobody else waits
 */
const step = new Script(`
local key, node = ARGV[1] .. 'baton:' .. ARGV[2], ARGV[3]
local turn, ask, patience = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local grace = turn / 2
local queue, asked = key .. ':queue', key .. ':asked'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder = redis.call('HGET', key, 'holder')
local til = tonumber(redis.call('HGET', key, 'until') or '0')
local function keep()
  for _, one in ipairs({ key, queue, asked }) do redis.call('PEXPIRE', one, turn + grace + patience * 2) end
end
local function forgetSilent()
  for _, silent in ipairs(redis.call('ZRANGEBYSCORE', asked, '-inf', '(' .. string.format('%.0f', now - patience))) do
    redis.call('ZREM', queue, silent)
    redis.call('ZREM', asked, silent)
  end
end
local function leave(one) redis.call('ZREM', queue, one) redis.call('ZREM', asked, one) end
local function hand(one)
  leave(one)
  redis.call('HSET', key, 'holder', one, 'until', string.format('%.0f', now + turn))
end
local function wait()
  redis.call('ZADD', queue, 'NX', string.format('%.0f', now), node)
  redis.call('ZADD', asked, string.format('%.0f', now), node)
  keep()
  return { 0, ask, 0 }
end
if ARGV[7] == '1' then
  leave(node)
  if holder ~= node then return { 0, 0, 0 } end
  forgetSilent()
  local first = redis.call('ZRANGE', queue, 0, 0)[1]
  if first then hand(first) keep() else redis.call('DEL', key) end
  return { 0, 0, 0 }
end
if holder == node and now < til then return { 1, til - now, 0 } end
if holder and holder ~= node and now < til + grace then return wait() end
forgetSilent()
local first = redis.call('ZRANGE', queue, 0, 0)[1] or node
hand(first)
keep()
if first ~= node then return wait() end
return { 1, turn, redis.call('ZCARD', queue) == 0 and 1 or 0 }`);

const unavailable = (error: unknown) =>
  error instanceof FaultError ? error : fault('store.unavailable', `Redis: ${String(error)}`);

export const redisBaton = (fleet: Fleet, prefix: string, limits: Limits): Baton => {
  const ask = (conv: string, node: string, isDone: boolean): Promise<unknown> => {
    const paces = [limits['baton.turnMs'], limits['baton.askMs'], patience * limits['baton.askMs']];
    return fleet
      .of(conv)
      .call('repeatable', (client) => step.run(client, prefix, conv, node, ...paces, isDone ? 1 : 0));
  };
  return {
    turn: (conv, node) =>
      fromPromise(async (): Promise<Turn> => {
        const [isMine, forMs, isAlone] = (await ask(conv, node, false)) as [number, number, number];
        return { isMine: isMine === 1, forMs, isAlone: isAlone === 1 };
      }, unavailable),
    done: (conv, node) => fromPromise(async () => void (await ask(conv, node, true)), unavailable),
  };
};
