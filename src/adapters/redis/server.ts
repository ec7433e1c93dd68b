/** One Redis server behind its guard: commands fail fast while it is away, and never wait in a queue of the client. */
import { Redis } from 'ioredis';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import { fromPromise, toPromise } from '#contract/from-promise';
import type { CallKind, Guard } from '#contract/guard';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly guard: Guard;
  /** Longest wait before the client dials again, in ms. */
  readonly redialMs: number;
}

/** Said by a server that cannot serve now; nothing happened. */
const notNow = /^(LOADING|MASTERDOWN|READONLY|TRYAGAIN|CLUSTERDOWN|NOREPLICAS|BUSY|MISCONF|OOM)/;

const faultOf =
  (kind: CallKind) =>
  (error: unknown): Fault => {
    const text = error instanceof Error ? error.message : String(error);
    const isCertain = kind === 'read' || notNow.test(text) || text.startsWith("Stream isn't writeable");
    return fault('store.unavailable', `Redis: ${text}`, isCertain ? 'none' : 'unknown');
  };

export class RedisServer {
  readonly client: Redis;
  readonly #guard: Guard;

  constructor({ host, port, guard, redialMs }: ServerOptions) {
    this.#guard = guard;
    this.client = new Redis({
      ...{ host, port, lazyConnect: false, enableOfflineQueue: false, maxRetriesPerRequest: 0 },
      autoResendUnfulfilledCommands: false,
      enableReadyCheck: true,
      retryStrategy: (times) => Math.min(redialMs, times * 20),
    });
    // Each command fails by itself; an unheard `error` would end the process.
    this.client.on('error', () => undefined);
  }

  /** One command or pipeline. Fails with a `FaultError`. */
  call<T>(kind: CallKind, work: (client: Redis) => Promise<T>): Promise<T> {
    return toPromise(
      this.#guard.call(
        kind,
        fromPromise(() => work(this.client), faultOf(kind)),
      ),
    );
  }

  close(): void {
    this.client.disconnect();
  }
}
