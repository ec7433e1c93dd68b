/**
 * A shard: one primary for every write and for what must not be old, and replicas over which other reads are spread.
 * Its epoch is a number that it keeps: raised whenever another server process stands in for it, and whenever somebody
 * had to leave out a write. What was complete in an older epoch may have holes.
 */
import type { Redis } from 'ioredis';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { CallKind } from '#contract/guard';
import type { RedisServer } from '#adapters/redis/server';
import { Script } from '#adapters/redis/script';

/** The process that answers is not the one that answered before: restarted, or a promoted replica. */
const greeting = new Script(`
local known = redis.call('GET', ARGV[1] .. 'run')
if known ~= ARGV[2] then
  redis.call('SET', ARGV[1] .. 'run', ARGV[2])
  redis.call('INCR', ARGV[1] .. 'epoch')
end
return tonumber(redis.call('GET', ARGV[1] .. 'epoch'))`);

export const runIdOf = async (client: Redis): Promise<string> => {
  const [, runId = ''] = /run_id:(\w+)/.exec(await client.info('server')) ?? [];
  return runId;
};

/** What the server of a primary is greeted with; its shard learns the epoch. */
export const greetPrimary =
  (shard: Shard) =>
  async (client: Redis): Promise<void> => {
    shard.learn((await greeting.run(client, shard.prefix, await runIdOf(client))) as number);
  };

/** From where something was read. */
export type ReadFrom = 'primary' | 'replica';

export class Shard {
  #primary: RedisServer | undefined;
  #replicas: readonly RedisServer[] = [];
  #turn = 0;
  /** Writes were left out: the epoch is raised before anything else is asked. */
  #hasHoles = false;
  /** The highest that its primaries have told of. */
  #epoch = 0;

  constructor(
    readonly name: string,
    readonly prefix: string,
  ) {}

  get primary(): RedisServer | undefined {
    return this.#primary;
  }

  /** Who serves it from now on. */
  serve(primary: RedisServer | undefined, replicas: readonly RedisServer[]): void {
    // The one before may have taken our last writes when it was no primary any more.
    if (this.#primary !== undefined && this.#primary !== primary) this.#hasHoles = true;
    this.#primary = primary;
    this.#replicas = replicas;
  }

  /** On the primary. Fails with a `FaultError`. */
  async call<T>(kind: CallKind, work: (client: Redis) => Promise<T>): Promise<T> {
    const primary = this.#primary;
    if (primary === undefined)
      throw new FaultError(fault('store.unavailable', `Redis: nobody is the primary of ${this.name}`));
    if (this.#hasHoles) {
      this.learn(await primary.call('repeatable', (client) => client.incr(`${this.prefix}epoch`)));
      this.#hasHoles = false;
    }
    return primary.call(kind, work);
  }

  /** This epoch has begun. */
  learn(epoch: number): void {
    this.#epoch = Math.max(this.#epoch, epoch);
  }

  /**
   * On any replica, in turns, then on the primary; fails when none of them answers (A8, A12). A replica that is in an
   * older epoch is passed over: it follows a server that is no primary any more, or is that server.
   */
  async read<T>(
    work: (client: Redis) => Promise<T>,
    epochOf: (value: T) => number,
  ): Promise<{ readonly value: T; readonly from: ReadFrom }> {
    const count = this.#replicas.length;
    this.#turn += 1;
    for (let step = 0; step < count; step += 1) {
      const replica = this.#replicas[(this.#turn + step) % count];
      if (replica?.client.status !== 'ready') continue;
      try {
        const value = await replica.call('read', work);
        if (epochOf(value) >= this.#epoch) return { value, from: 'replica' };
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
      }
    }
    return { value: await this.call('read', work), from: 'primary' };
  }

  /** A write was left out. */
  leftOut(): void {
    this.#hasHoles = true;
  }
}
