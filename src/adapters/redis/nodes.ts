/**
 * Where the servers of a product are operated: `nodes`, a sorted set of names and URLs by when each last said so. Every
 * shard has all of it: they are found for as long as one of the shards answers.
 */
import type { Redis } from 'ioredis';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { CallKind } from '#contract/guard';
import type { Millis } from '#contract/conversation';
import type { NodeName } from '#contract/ports/bus';
import type { Fleet } from '#adapters/redis/fleet';
import { Script } from '#adapters/redis/script';

export interface Whereabouts {
  readonly node: NodeName;
  readonly url: string;
}

/** key, now, ttl, name and URL. What nobody says any more goes, and the set with the last. */
const announce = new Script(`
redis.call('ZADD', ARGV[1], ARGV[2], ARGV[4])
redis.call('ZREMRANGEBYSCORE', ARGV[1], '-inf', ARGV[2] - ARGV[3])
redis.call('PEXPIRE', ARGV[1], ARGV[3])
return redis.status_reply('OK')`);

export class RedisNodes {
  readonly #fleet: Fleet;
  readonly #key: string;
  readonly #ttlMs: Millis;

  /** What said nothing for `ttlMs` is gone. */
  constructor(fleet: Fleet, prefix: string, ttlMs: Millis) {
    this.#fleet = fleet;
    this.#key = `${prefix}nodes`;
    this.#ttlMs = ttlMs;
  }

  /** All of these fail with a `FaultError` when no shard answers. */
  async announce({ node, url }: Whereabouts, now: Millis): Promise<void> {
    await this.#everywhere('repeatable', (client) =>
      announce.run(client, this.#key, now, this.#ttlMs, `${node} ${url}`),
    );
  }

  async leave({ node, url }: Whereabouts): Promise<void> {
    await this.#everywhere('repeatable', (client) => client.zrem(this.#key, `${node} ${url}`));
  }

  async all(now: Millis): Promise<Whereabouts[]> {
    const found = await this.#everywhere('read', (client) =>
      client.zrangebyscore(this.#key, now - this.#ttlMs, '+inf'),
    );
    return [...new Set(found.flat())].sort().map((member) => {
      const [node = '', url = ''] = member.split(' ');
      return { node, url };
    });
  }

  async #everywhere<T>(kind: CallKind, work: (client: Redis) => Promise<T>): Promise<T[]> {
    const asked = await Promise.allSettled(this.#fleet.shards.map((shard) => shard.call(kind, work)));
    const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (answers.length === 0) throw new FaultError(fault('store.unavailable', 'Redis: no shard answers'));
    return answers;
  }
}
