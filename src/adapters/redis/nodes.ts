/** Where the servers of a product are operated: `nodes`, a sorted set of names and URLs by when each last said so. */
import type { Millis } from '#contract/conversation';
import type { NodeName } from '#contract/ports/bus';
import type { Fleet } from '#adapters/redis/fleet';

export interface Whereabouts {
  readonly node: NodeName;
  readonly url: string;
}

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

  async announce({ node, url }: Whereabouts, now: Millis): Promise<void> {
    await this.#fleet.of('nodes').call('repeatable', async (client) => {
      await client.zadd(this.#key, now, `${node} ${url}`);
      await client.zremrangebyscore(this.#key, '-inf', now - this.#ttlMs);
    });
  }

  async leave({ node, url }: Whereabouts): Promise<void> {
    await this.#fleet.of('nodes').call('repeatable', (client) => client.zrem(this.#key, `${node} ${url}`));
  }

  async all(now: Millis): Promise<Whereabouts[]> {
    const members = await this.#fleet
      .of('nodes')
      .call('read', (client) => client.zrangebyscore(this.#key, now - this.#ttlMs, '+inf'));
    return members.map((member) => {
      const [node = '', url = ''] = member.split(' ');
      return { node, url };
    });
  }
}
