/** One Redis server behind its guard: commands fail fast while it is away, and never wait in a queue of the client. */
import { Redis } from 'ioredis';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import { fromPromise, toPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { CallKind, Guard } from '#contract/guard';
import type { Address } from '#adapters/redis/address';

export interface ServerOptions {
  readonly address: Address;
  readonly guard: Guard;
  /** Longest wait before the client dials again, in ms. */
  readonly redialMs: number;
  /** Done after each connecting, before any command. */
  readonly greet?: (client: Redis) => Promise<void>;
}

/** Said by a server that cannot serve now; nothing happened. */
const notNow = /^(LOADING|MASTERDOWN|READONLY|TRYAGAIN|CLUSTERDOWN|NOREPLICAS|BUSY|MISCONF|OOM)/;
/** Said by the client before it has sent anything. */
const notSent = /^(Stream isn't writeable|Connection is closed)/;

const faultOf =
  (kind: CallKind) =>
  (error: unknown): Fault => {
    if (error instanceof FaultError) return error;
    const text = error instanceof Error ? error.message : String(error);
    const isCertain = kind === 'read' || notNow.test(text) || notSent.test(text);
    return fault('store.unavailable', `Redis: ${text}`, isCertain ? 'none' : 'unknown');
  };

export class RedisServer {
  readonly client: Redis;
  readonly #guard: Guard;
  #greeted: Promise<void> = Promise.resolve();

  constructor({ address, guard, redialMs, greet }: ServerOptions) {
    this.#guard = guard;
    this.client = new Redis({
      ...{ ...address, enableOfflineQueue: false, maxRetriesPerRequest: 0 },
      ...{ autoResendUnfulfilledCommands: false, enableReadyCheck: true, autoResubscribe: true },
      retryStrategy: (times) => Math.min(redialMs, times * 20),
    });
    // Each command fails by itself; an unheard `error` would end the process.
    this.client.on('error', () => undefined);
    if (greet === undefined) return;
    this.client.on('ready', () => {
      this.#greeted = greet(this.client);
      this.#greeted.catch(() => this.client.disconnect(true));
    });
  }

  /** One command or pipeline. Fails with a `FaultError`. */
  call<T>(kind: CallKind, work: (client: Redis) => Promise<T>): Promise<T> {
    const attempt = async (): Promise<T> => {
      await this.#greeted;
      return work(this.client);
    };
    return toPromise(this.#guard.call(kind, fromPromise(attempt, faultOf(kind))));
  }

  /** Settles at the first connection; never fails. */
  connected(): Promise<void> {
    if (this.client.status === 'ready') return Promise.resolve();
    return new Promise((resolve) => this.client.once('ready', () => resolve()));
  }

  close(): void {
    this.client.disconnect();
  }
}
