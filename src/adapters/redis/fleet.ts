/**
 * All Redis servers of a product: the shards, followed through failovers where Sentinels tell of them, and the durable
 * one.
 */
import { Redis } from 'ioredis';
import type { Guard } from '#contract/guard';
import type { Limits } from '#contract/limits';
import type { Log, TimeSource } from '#contract/ports/system';
import { parseRedisUrl } from '#adapters/redis/address';
import type { Address } from '#adapters/redis/address';
import { shardOf } from '#adapters/redis/routing';
import { RedisServer } from '#adapters/redis/server';
import { greetPrimary, Shard } from '#adapters/redis/shard';

export interface FleetOptions {
  readonly url: string;
  /** In front of every key and channel. */
  readonly prefix: string;
  /** One for each server, by the name of its shard. */
  readonly guardFor: (name: string) => Guard;
  readonly limits: Limits;
  readonly log: Log;
  readonly time: TimeSource;
}

interface Standing {
  readonly primary: Address | undefined;
  readonly replicas: readonly Address[];
}

type Role = 'primary' | 'replica';

const textOf = ({ host, port }: Address): string => `${host}:${port}`;

export class Fleet {
  readonly shards: readonly Shard[];
  readonly durable: RedisServer;
  readonly #options: FleetOptions;
  readonly #servers = new Map<string, RedisServer>();
  readonly #sentinels: readonly Redis[];
  readonly #watchers = new Set<() => void>();
  #closed = false;
  #endAlarm: () => void = () => undefined;

  private constructor(options: FleetOptions) {
    this.#options = options;
    const { url, prefix, guardFor, limits } = options;
    const { sentinels, primaries, durable } = parseRedisUrl(url);
    const names = sentinels?.shards ?? primaries.map((_, index) => `shard-${index}`);
    this.shards = names.map((name) => new Shard(name, prefix));
    const redialMs = limits['redis.redialMs'];
    this.durable = new RedisServer({ address: durable, guard: guardFor('durable'), redialMs });
    this.#sentinels = (sentinels?.addresses ?? []).map((address) => this.#sentinel(address));
    this.shards.forEach((shard, index) => {
      const address = primaries[index];
      if (address !== undefined) this.#serve(shard, { primary: address, replicas: [] });
    });
  }

  /** Settles once every shard has a primary that answers, or after redis.openMs: what is away may come. */
  static async open(options: FleetOptions): Promise<Fleet> {
    const fleet = new Fleet(options);
    const { time, limits } = options;
    if (fleet.#sentinels.length > 0) await fleet.#watch();
    const servers = [fleet.durable, ...fleet.shards.flatMap(({ primary }) => primary ?? [])];
    const late = new Promise<void>((resolve) => time.alarm(limits['redis.openMs'], resolve));
    await Promise.race([Promise.all(servers.map((server) => server.connected())), late]);
    return fleet;
  }

  /** The shard of a user, or of anything else that has a name. */
  of(name: string): Shard {
    return this.shards[shardOf(name, this.shards.length)] as Shard;
  }

  /** Calls back whenever a shard is served by others than before. */
  onChange(heard: () => void): void {
    this.#watchers.add(heard);
  }

  close(): void {
    this.#closed = true;
    this.#endAlarm();
    for (const server of [this.durable, ...this.#servers.values()]) server.close();
    for (const sentinel of this.#sentinels) sentinel.disconnect();
  }

  #sentinel(address: Address): Redis {
    const { limits } = this.#options;
    const client = new Redis({
      ...{ ...address, enableOfflineQueue: true, maxRetriesPerRequest: 0, commandTimeout: limits['redis.watchMs'] },
      retryStrategy: () => limits['redis.redialMs'],
    });
    client.on('error', () => undefined);
    return client;
  }

  async #watch(): Promise<void> {
    const { time, limits } = this.#options;
    await Promise.all(this.shards.map((shard) => this.#follow(shard)));
    if (this.#closed) return;
    this.#endAlarm = time.alarm(limits['redis.watchMs'], () => void this.#watch());
  }

  async #follow(shard: Shard): Promise<void> {
    const standing = await this.#ask(shard.name);
    if (standing !== undefined && !this.#closed) this.#serve(shard, standing);
  }

  /** The first Sentinel that answers is believed. */
  async #ask(name: string): Promise<Standing | undefined> {
    for (const sentinel of this.#sentinels) {
      try {
        const primary = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as string[] | null;
        const replicas = (await sentinel.call('SENTINEL', 'REPLICAS', name)) as string[][];
        const [host, port] = primary ?? [];
        if (host === undefined) continue;
        return { primary: { host, port: Number(port) }, replicas: replicas.flatMap(replicaOf) };
      } catch {
        // The next one may know.
      }
    }
    return undefined;
  }

  #serve(shard: Shard, { primary, replicas }: Standing): void {
    const before = shard.primary;
    const first = primary === undefined ? undefined : this.#server(shard, primary, 'primary');
    shard.serve(
      first,
      replicas.map((address) => this.#server(shard, address, 'replica')),
    );
    if (first === before) return;
    const { log } = this.#options;
    if (before !== undefined)
      log.warn('a shard has another primary', { shard: shard.name, primary: textOf(primary as Address) });
    for (const heard of this.#watchers) heard();
  }

  /** A connection for each address and role: a replica that was promoted is greeted as what it is now. */
  #server(shard: Shard, address: Address, role: Role): RedisServer {
    const key = `${shard.name} ${role} ${textOf(address)}`;
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const { guardFor, limits } = this.#options;
    const base = {
      address,
      guard: guardFor(`${shard.name}-${role}-${address.port}`),
      redialMs: limits['redis.redialMs'],
    };
    const server = new RedisServer(role === 'primary' ? { ...base, greet: greetPrimary(shard) } : base);
    this.#servers.set(key, server);
    return server;
  }
}

/** A replica that Sentinel thinks well of. */
const replicaOf = (fields: readonly string[]): Address[] => {
  const value = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  if (/down|disconnected/.test(value('flags'))) return [];
  return [{ host: value('ip'), port: Number(value('port')) }];
};
