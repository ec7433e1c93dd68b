/**
 * The durable Redis: a server that writes down what it is told before it answers. A process that starts anew may have
 * lost the tail of it all the same, so that every command knows which process it is for.
 */
import type { Redis } from 'ioredis';
import type { CallKind } from '#contract/guard';
import type { RedisServer } from '#adapters/redis/server';
import { runIdOf } from '#adapters/redis/shard';

export class DurableRedis {
  readonly #server: RedisServer;
  /** Of the process that this connection leads to. */
  #run: Promise<string> | undefined;

  constructor(server: RedisServer) {
    this.#server = server;
    server.client.on('close', () => (this.#run = undefined));
  }

  /** Fails with a `FaultError`. */
  call<T>(kind: CallKind, work: (client: Redis, run: string) => Promise<T>): Promise<T> {
    return this.#server.call(kind, async (client) => work(client, await (this.#run ??= this.#ask(client))));
  }

  #ask(client: Redis): Promise<string> {
    const asked = runIdOf(client);
    asked.catch(() => (this.#run = undefined));
    return asked;
  }
}
