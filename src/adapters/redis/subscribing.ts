/**
 * The channel of a node on every shard: a connection for each primary, made anew when another one serves the shard.
 * What is published while it is away is lost, and healed by the resync.
 */
import type { Redis } from 'ioredis';
import type { Fleet } from '#adapters/redis/fleet';
import type { RedisServer } from '#adapters/redis/server';
import type { Shard } from '#adapters/redis/shard';

interface Listening {
  readonly server: RedisServer;
  readonly client: Redis;
}

/** Answers how to end it. */
export const subscribe = (fleet: Fleet, channel: string, receive: (text: string) => void): (() => void) => {
  const listening = new Map<Shard, Listening>();
  let ended = false;
  const follow = (): void => {
    for (const shard of ended ? [] : fleet.shards) {
      const { primary } = shard;
      const known = listening.get(shard);
      if (known?.server === primary) continue;
      known?.client.disconnect();
      listening.delete(shard);
      if (primary === undefined) continue;
      // Commands wait here: the only one is the subscription, and it is to be made as soon as can be.
      const client = primary.client.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null });
      client.on('error', () => undefined);
      client.on('message', (_channel, text) => receive(text));
      client.subscribe(channel).catch(() => undefined);
      listening.set(shard, { server: primary, client });
    }
  };
  fleet.onChange(follow);
  follow();
  return () => {
    ended = true;
    for (const { client } of listening.values()) client.disconnect();
  };
};
