/** A Lua script: sent by its hash, and whole where a server does not know it yet. One script is one step for Redis. */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

export type Argument = string | number;

export class Script {
  readonly #sha: string;

  constructor(readonly source: string) {
    this.#sha = createHash('sha1').update(source).digest('hex');
  }

  /** On a primary. */
  run(client: Redis, ...args: readonly Argument[]): Promise<unknown> {
    return this.#run(client, 'EVALSHA', 'EVAL', args);
  }

  /** On a replica too: it may only read. */
  read(client: Redis, ...args: readonly Argument[]): Promise<unknown> {
    return this.#run(client, 'EVALSHA_RO', 'EVAL_RO', args);
  }

  async #run(client: Redis, known: string, whole: string, args: readonly Argument[]): Promise<unknown> {
    try {
      return await client.call(known, this.#sha, 0, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return client.call(whole, this.source, 0, ...args);
    }
  }
}
