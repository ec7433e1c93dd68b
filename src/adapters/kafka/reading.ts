/**
 * One reader of a topic: a member of a group, which gets each partition's records in order and no more of them until it
 * is done with those it has. A partition whose records are in hand is paused meanwhile: the others go on, and the group
 * hears from the member however long it takes. Commits are its own; a member that crashed joins again.
 */
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { fault } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { CallKind, Guard } from '#contract/guard';
import type { Limits } from '#contract/limits';
import type { LogBatch, LogReader, ReaderOptions } from '#contract/ports/event-log';
import type { Log, TimeSource } from '#contract/ports/system';
import { clientTries, faultOf } from '#adapters/kafka/client';
import { InHand } from '#adapters/kafka/in-hand';
import { boundsOf, committedBy, offsetsAt } from '#adapters/kafka/offsets';
import type { Names } from '#adapters/kafka/offsets';
import { within } from '#adapters/kafka/within';

export interface ReadingKit {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly prefix: string;
  readonly guard: Guard;
  readonly limits: Limits;
  readonly time: TimeSource;
  readonly log: Log;
}

/** A member that gives up must wait until the group has given it up: it holds out for a broker that restarts. */
const readerTries = 10;

const closedFault = () => new FaultError(fault('store.unavailable', 'Kafka: the reader is closed'));

export class Reading implements LogReader {
  readonly joined: Effect<void>;
  readonly #kit: ReadingKit;
  readonly #options: ReaderOptions;
  readonly #receive: (batch: LogBatch) => void;
  readonly #names: Names;
  readonly #inHand = new Map<number, InHand>();
  /** Where partitions were sought to, until something from there is done. */
  readonly #sought = new Map<number, bigint>();
  /** Where partitions go on, as far as this member knows. */
  readonly #next = new Map<number, bigint>();
  readonly #hasJoined: Promise<void>;
  #joinedNow: () => void = () => undefined;
  #neverJoins: (error: unknown) => void = () => undefined;
  #consumer: Consumer | undefined;
  /** The partitions of this member; undefined while it is in no group. */
  #assigned: readonly number[] | undefined;
  /** Told apart by number: what is under way for an earlier one is dropped. */
  #generation = 0;
  #isPlacing = false;
  #isPaused: boolean;
  #closing: Promise<void> | undefined;
  /** Settles when the consumer is in the group or has given up. */
  #starting: Promise<void> = Promise.resolve();

  constructor(kit: ReadingKit, options: ReaderOptions, receive: (batch: LogBatch) => void) {
    this.#kit = kit;
    this.#options = options;
    this.#receive = receive;
    this.#names = { topic: `${kit.prefix}${options.topic}`, groupId: `${kit.prefix}${options.group}` };
    this.#isPaused = options.paused === true;
    this.#hasJoined = new Promise((resolve, reject) => {
      this.#joinedNow = resolve;
      this.#neverJoins = reject;
    });
    this.#hasJoined.catch(() => undefined);
    this.joined = fromPromise(() => this.#hasJoined, faultOf('read'));
    this.#start();
  }

  pause(): void {
    this.#isPaused = true;
    this.#apply();
  }

  resume(): void {
    this.#isPaused = false;
    this.#apply();
  }

  seek(to: number): Effect<void> {
    return this.#guarded('read', async () => {
      const places = await offsetsAt(this.#kit.admin, this.#names.topic, to);
      for (const partition of this.#assigned ?? []) {
        const offset = places.get(partition);
        if (offset === undefined) continue;
        this.#sought.set(partition, offset);
        this.#goTo(partition, offset);
      }
    });
  }

  lag(): Effect<bigint> {
    return this.#guarded('read', async () => {
      const { admin } = this.#kit;
      const committed = await committedBy(admin, this.#names);
      const bounds = await boundsOf(admin, this.#names.topic);
      return (this.#assigned ?? []).reduce((sum, partition) => {
        const { low, high } = bounds.get(partition) ?? { low: 0n, high: 0n };
        const start = this.#options.from === 'oldest' ? low : high;
        const next = this.#next.get(partition) ?? committed.get(partition) ?? start;
        // What lies below the beginning was deleted.
        return sum + high - (next < low ? low : next);
      }, 0n);
    });
  }

  close(): Effect<void> {
    return fromPromise(() => (this.#closing ??= this.#close()), faultOf('read'));
  }

  async #close(): Promise<void> {
    const { time, limits, log } = this.#kit;
    this.#neverJoins(closedFault());
    this.#dropAll();
    // kafkajs cannot stop a consumer that is about to join: it would stay in the group.
    await within(time, limits['kafka.closeMs'], this.#starting);
    await within(time, limits['kafka.closeMs'], this.#consumer?.disconnect() ?? Promise.resolve()).catch(
      (error: unknown) => log.warn('a reader did not leave its group', { error: String(error) }),
    );
  }

  #start(): void {
    const { kafka, limits, log } = this.#kit;
    const sessionTimeout = limits['kafka.sessionMs'];
    const consumer = kafka.consumer({
      ...{ groupId: this.#names.groupId, sessionTimeout, heartbeatInterval: sessionTimeout / 10 },
      ...{ maxWaitTimeInMs: limits['kafka.pollMs'], allowAutoTopicCreation: false },
      // It is we who start again: with a consumer of its own kafkajs would join although it was closed meanwhile.
      retry: { ...clientTries, retries: readerTries, restartOnFailure: () => Promise.resolve(false) },
    });
    this.#consumer = consumer;
    const { GROUP_JOIN, CRASH, STOP } = consumer.events;
    this.#starting = new Promise((resolve) => {
      consumer.on(GROUP_JOIN, ({ payload }) => {
        this.#joinGroup(payload.memberAssignment[this.#names.topic] ?? []);
        resolve();
      });
      consumer.on(CRASH, ({ payload: { error } }) => {
        log.warn('a reader fell out of its group', { group: this.#options.group, error: String(error) });
        resolve();
        this.#startLater(consumer);
      });
      consumer.on(STOP, () => this.#dropAll());
      this.#run(consumer).catch((error: unknown) => {
        log.warn('a reader could not start', { group: this.#options.group, error: String(error) });
        resolve();
        this.#startLater(consumer);
      });
    });
  }

  #startLater(consumer: Consumer): void {
    const { time, limits } = this.#kit;
    within(time, limits['kafka.closeMs'], consumer.disconnect()).catch(() => undefined);
    time.alarm(limits['kafka.rejoinMs'], () => {
      if (this.#closing === undefined && this.#consumer === consumer) this.#start();
    });
  }

  async #run(consumer: Consumer): Promise<void> {
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#names.topic], fromBeginning: this.#options.from === 'oldest' });
    await consumer.run({
      ...{ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 16 },
      eachBatch: (payload) => this.#hand(payload),
    });
  }

  /** The group has given out its partitions anew: what is in hand may be another member's. */
  #joinGroup(assigned: readonly number[]): void {
    this.#dropAll();
    this.#assigned = [...assigned];
    this.#generation += 1;
    for (const partition of [...this.#sought.keys()]) if (!assigned.includes(partition)) this.#sought.delete(partition);
    for (const [partition, offset] of this.#sought) this.#goTo(partition, offset);
    this.#isPlacing = true;
    this.#apply();
    this.#place(this.#generation);
  }

  /** A group that begins at the end begins at the end of now, not of whenever it looks for the first time. */
  #place(generation: number): void {
    const isCurrent = (): boolean => generation === this.#generation && this.#closing === undefined;
    const { time, limits, log } = this.#kit;
    this.#starts(isCurrent).then(
      () => {
        if (!isCurrent()) return;
        this.#isPlacing = false;
        this.#apply();
        this.#joinedNow();
      },
      (error: unknown) => {
        log.warn('a reader does not know where it is', { group: this.#options.group, error: String(error) });
        time.alarm(limits['kafka.rejoinMs'], () => {
          if (isCurrent()) this.#place(generation);
        });
      },
    );
  }

  async #starts(isCurrent: () => boolean): Promise<void> {
    if (this.#options.from === 'oldest' || this.#assigned === undefined) return;
    const { admin } = this.#kit;
    const committed = await committedBy(admin, this.#names);
    const fresh = this.#assigned.filter((partition) => !committed.has(partition) && !this.#sought.has(partition));
    if (fresh.length === 0) return;
    const bounds = await boundsOf(admin, this.#names.topic);
    for (const partition of fresh) {
      const high = bounds.get(partition)?.high ?? 0n;
      if (!isCurrent()) return;
      const { topic } = this.#names;
      await this.#consumer?.commitOffsets([{ topic, partition, offset: String(high) }]);
      if (isCurrent()) this.#goTo(partition, high);
    }
  }

  /** Nothing was resolved before: what is not taken now is fetched again. */
  async #hand(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition, messages } = batch;
    const isOurs = this.#assigned?.includes(partition) === true && !this.#isPlacing && !this.#isPaused;
    if (messages.length === 0 || !isOurs || this.#inHand.has(partition) || payload.isStale()) return;
    const { time, limits, log } = this.#kit;
    const { topic } = this.#names;
    const inHand = new InHand(
      {
        topic: this.#options.topic,
        commit: (_, next) =>
          payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: String(next) }] }] }),
        effect: (work) => this.#guarded('repeatable', work),
        release: (released, next) => this.#release(released, next),
        ...{ alarm: (delayMs, ring) => time.alarm(delayMs, ring), againMs: limits['kafka.rejoinMs'] },
      },
      batch,
    );
    this.#inHand.set(partition, inHand);
    this.#apply();
    try {
      this.#receive(inHand);
    } catch (error) {
      log.error('what takes the records of the log threw', { group: this.#options.group, error: String(error) });
      inHand.again(limits['kafka.rejoinMs']);
    }
    // Whoever is quick gets the next records at once; others do not hold up the rest.
    await within(time, limits['kafka.pollMs'], inHand.over);
  }

  #release(inHand: InHand, next: bigint): void {
    if (next > (this.#sought.get(inHand.partition) ?? -1n)) this.#sought.delete(inHand.partition);
    this.#goTo(inHand.partition, next);
  }

  /** The partition goes on from there; what is in hand of it counts no longer. */
  #goTo(partition: number, offset: bigint): void {
    this.#drop(partition);
    this.#next.set(partition, offset);
    if (this.#assigned === undefined) return;
    this.#consumer?.seek({ topic: this.#names.topic, partition, offset: String(offset) });
    this.#apply();
  }

  #drop(partition: number): void {
    this.#inHand.get(partition)?.void();
    this.#inHand.delete(partition);
  }

  #dropAll(): void {
    for (const partition of [...this.#inHand.keys()]) this.#drop(partition);
    this.#next.clear();
    this.#assigned = undefined;
  }

  /**
   * Always by partition: of a topic that was paused as a whole, pausing one partition would let the others go on. A
   * consumer that is in no group knows no pausing; what counts is told to it when it has joined.
   */
  #apply(): void {
    if (this.#assigned === undefined) return;
    const isHeld = (partition: number): boolean => this.#isPaused || this.#isPlacing || this.#inHand.has(partition);
    const { topic } = this.#names;
    this.#consumer?.pause([{ topic, partitions: this.#assigned.filter(isHeld) }]);
    this.#consumer?.resume([{ topic, partitions: this.#assigned.filter((partition) => !isHeld(partition)) }]);
  }

  /** The brokers are not to blame for a group that takes its time, or a reader that is closed. */
  #guarded<T>(kind: CallKind, work: () => Promise<T>): Effect<T> {
    const guarded = this.#kit.guard.call(kind, fromPromise(work, faultOf(kind)));
    const isOpen = fromPromise(async () => {
      await this.#hasJoined;
      if (this.#closing !== undefined) throw closedFault();
    }, faultOf(kind));
    return (done) => isOpen((outcome) => (outcome.ok ? guarded(done) : done(outcome)));
  }
}
