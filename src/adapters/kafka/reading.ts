/**
 * One reader of a topic: a member of a group, which gets each partition's records in order and no more of them until it
 * is done with those it has. Commits are its own.
 */
import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { Effect } from '#contract/effects';
import { fault } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import type { LogBatch, LogReader, LogRecord, ReaderOptions } from '#contract/ports/event-log';
import type { Log, TimeSource } from '#contract/ports/system';

export interface ReadingKit {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly prefix: string;
  readonly time: TimeSource;
  readonly log: Log;
  /** A reader that says nothing for this long is given up by its group, in ms. */
  readonly sessionMs: number;
}

const unavailable = (error: unknown) => fault('store.unavailable', `Kafka: ${String(error)}`, 'unknown');

type Ending = { readonly done: bigint } | { readonly again: number };

export class Reading implements LogReader {
  readonly joined: Effect<void>;
  readonly #kit: ReadingKit;
  readonly #options: ReaderOptions;
  readonly #receive: (batch: LogBatch) => void;
  readonly #consumer: Consumer;
  readonly #hasJoined: Promise<void>;
  readonly #lags = new Map<number, bigint>();
  #isPaused: boolean;
  #isClosed = false;

  constructor(kit: ReadingKit, options: ReaderOptions, receive: (batch: LogBatch) => void) {
    this.#kit = kit;
    this.#options = options;
    this.#receive = receive;
    this.#isPaused = options.paused === true;
    const { kafka, prefix, sessionMs, log } = kit;
    this.#consumer = kafka.consumer({
      ...{ groupId: `${prefix}${options.group}`, sessionTimeout: sessionMs, heartbeatInterval: sessionMs / 5 },
      ...{ maxWaitTimeInMs: 100, allowAutoTopicCreation: false },
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 2_000,
        retries: 20,
        restartOnFailure: () => Promise.resolve(!this.#isClosed),
      },
    });
    this.#hasJoined = new Promise((resolve) => {
      this.#consumer.on(this.#consumer.events.GROUP_JOIN, () => {
        if (this.#isPaused) this.pause();
        resolve();
      });
    });
    this.joined = fromPromise(() => this.#hasJoined, unavailable);
    this.#start().catch((error: unknown) => log.error('a reader could not start', { error: String(error) }));
  }

  get #topic(): string {
    return `${this.#kit.prefix}${this.#options.topic}`;
  }

  pause(): void {
    this.#isPaused = true;
    this.#consumer.pause([{ topic: this.#topic }]);
  }

  resume(): void {
    this.#isPaused = false;
    this.#consumer.resume([{ topic: this.#topic }]);
  }

  seek(to: number): Effect<void> {
    return fromPromise(async () => {
      await this.#hasJoined;
      const places = await this.#kit.admin.fetchTopicOffsetsByTimestamp(this.#topic, to);
      for (const { partition, offset } of places) this.#consumer.seek({ topic: this.#topic, partition, offset });
    }, unavailable);
  }

  lag(): Effect<bigint> {
    return fromPromise(
      () => Promise.resolve([...this.#lags.values()].reduce((sum, lag) => sum + lag, 0n)),
      unavailable,
    );
  }

  close(): Effect<void> {
    this.#isClosed = true;
    return fromPromise(() => this.#consumer.disconnect(), unavailable);
  }

  async #start(): Promise<void> {
    const { from } = this.#options;
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#topic], fromBeginning: from === 'oldest' });
    await this.#consumer.run({
      ...{ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 16 },
      eachBatch: (payload) => this.#batch(payload),
    });
  }

  async #batch(payload: EachBatchPayload): Promise<void> {
    const { batch, resolveOffset, isStale, isRunning } = payload;
    const { partition, messages } = batch;
    const last = messages.at(-1);
    if (last === undefined) return;
    this.#lags.set(partition, BigInt(batch.highWatermark) - BigInt(last.offset) - 1n + BigInt(messages.length));
    const ending = await this.#handed(payload);
    if (ending === undefined || this.#isClosed || isStale() || !isRunning()) return;
    if ('done' in ending) {
      resolveOffset(String(ending.done));
      this.#lags.set(partition, BigInt(batch.highWatermark) - ending.done - 1n);
      return;
    }
    const resume = payload.pause();
    this.#kit.time.alarm(ending.again, () => {
      if (!this.#isClosed) resume();
    });
  }

  /** Waits for what becomes of the records; undefined when the group has given them to another member meanwhile. */
  async #handed({ batch, heartbeat, isStale, isRunning }: EachBatchPayload): Promise<Ending | undefined> {
    const { partition, messages, highWatermark } = batch;
    const records = messages.map((message) => recordOf(partition, message));
    const last = records.at(-1)?.offset ?? 0n;
    let ending: Ending | undefined;
    let wake: () => void = () => undefined;
    const end = (how: Ending): void => {
      ending ??= how;
      wake();
    };
    const done = (upTo = last): Effect<void> =>
      fromPromise(async () => {
        const offset = String(upTo + 1n);
        await this.#consumer.commitOffsets([{ topic: this.#topic, partition, offset }]);
        end({ done: upTo });
      }, unavailable);
    const lag = BigInt(highWatermark) - last - 1n;
    this.#receive({
      topic: this.#options.topic,
      partition,
      records,
      lag,
      done,
      again: (afterMs) => end({ again: afterMs }),
    });
    while (ending === undefined && isRunning() && !isStale() && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        this.#kit.time.alarm(this.#kit.sessionMs / 5, resolve);
      });
      await heartbeat();
    }
    return ending;
  }
}

const recordOf = (partition: number, { key, value, headers, offset, timestamp }: KafkaMessage): LogRecord => ({
  partition,
  offset: BigInt(offset),
  at: Number(timestamp),
  key: key?.toString() ?? '',
  cause: headers?.['cause']?.toString() ?? '',
  value: JSON.parse(value?.toString() ?? 'null') as unknown,
});
