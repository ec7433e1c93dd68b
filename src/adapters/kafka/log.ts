/** The event log over Kafka. */
import kafkajs from 'kafkajs';
import type { Admin, Kafka, PartitionMetadata } from 'kafkajs';
import type { Effect } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import type { CallKind, Guard } from '#contract/guard';
import type { EventLog, LogPlace, Topic } from '#contract/ports/event-log';
import type { TimeSource } from '#contract/ports/system';
import { Appending, partitionOf } from '#adapters/kafka/appending';
import { faultOf, kafkaClient } from '#adapters/kafka/client';
import type { KafkaOptions } from '#adapters/kafka/client';
import { boundsOf, committedBy } from '#adapters/kafka/offsets';
import type { Names } from '#adapters/kafka/offsets';
import { Reading } from '#adapters/kafka/reading';
import { setUpTopics } from '#adapters/kafka/topics';
import { within } from '#adapters/kafka/within';

export interface KafkaLogOptions extends KafkaOptions {
  readonly guard: Guard;
  readonly time: TimeSource;
}

export class KafkaLog implements EventLog {
  readonly #options: KafkaLogOptions;
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #appending: Appending;
  readonly #partitions = new Map<Topic, Promise<PartitionMetadata[]>>();
  readonly #readers = new Set<Reading>();

  private constructor(options: KafkaLogOptions) {
    this.#options = options;
    const { prefix, limits, time, log } = options;
    this.#kafka = kafkaClient(options);
    this.#admin = this.#kafka.admin();
    this.#appending = new Appending({
      ...{ kafka: this.#kafka, prefix, limits, time, log },
      partitionsOf: (topic) => this.#partitionsOf(topic),
    });
  }

  /** Rejects when no broker answers. */
  static async open(options: KafkaLogOptions): Promise<KafkaLog> {
    const log = new KafkaLog(options);
    await Promise.all([log.#admin.connect(), log.#appending.connect()]);
    return log;
  }

  /** Makes the topics that are missing; answers their names. */
  setUp(replicas: number): Promise<string[]> {
    const { prefix, time, limits } = this.#options;
    const pause = () => new Promise<void>((resolve) => time.alarm(limits['kafka.pollMs'], resolve));
    return setUpTopics(this.#admin, prefix, replicas, pause);
  }

  append: EventLog['append'] = (topic, records) => this.#guarded('write', () => this.#appending.append(topic, records));

  read: EventLog['read'] = (options, receive) => {
    const { prefix, guard, limits, time, log } = this.#options;
    const kit = { kafka: this.#kafka, admin: this.#admin, prefix, guard, limits, time, log };
    const reader = new Reading(kit, options, receive);
    this.#readers.add(reader);
    return {
      joined: reader.joined,
      pause: () => reader.pause(),
      resume: () => reader.resume(),
      seek: (to) => reader.seek(to),
      lag: () => reader.lag(),
      close: () => {
        this.#readers.delete(reader);
        return reader.close();
      },
    };
  };

  ends: EventLog['ends'] = (topic) =>
    this.#guarded('read', async () => {
      const bounds = await boundsOf(this.#admin, this.#names(topic, '').topic);
      return [...bounds].map(([partition, { high }]): LogPlace => ({ partition, offset: high }));
    });

  committed: EventLog['committed'] = (topic, group) =>
    this.#guarded('read', async () => {
      const committed = await committedBy(this.#admin, this.#names(topic, group));
      return [...committed].map(([partition, offset]): LogPlace => ({ partition, offset }));
    });

  partitionOf: EventLog['partitionOf'] = (topic, key) =>
    this.#guarded('read', async () => partitionOf(topic, key, await this.#partitionsOf(topic)));

  trim: EventLog['trim'] = (topic, group) =>
    this.#guarded('repeatable', async () => {
      const names = this.#names(topic, group);
      const [committed, bounds] = [await committedBy(this.#admin, names), await boundsOf(this.#admin, names.topic)];
      const partitions = [...committed]
        .filter(([partition, offset]) => offset > (bounds.get(partition)?.low ?? offset))
        .map(([partition, offset]) => ({ partition, offset: String(offset) }));
      if (partitions.length > 0) await this.#admin.deleteTopicRecords({ topic: names.topic, partitions });
    });

  /** Readers leave their groups, what waits to be appended fails; what a broker does not answer in time is left. */
  async close(): Promise<void> {
    const { time, limits } = this.#options;
    await Promise.all(
      [...this.#readers].map((reader) => new Promise<void>((resolve) => reader.close()(() => resolve()))),
    );
    const leaving = Promise.allSettled([this.#appending.close(), this.#admin.disconnect()]);
    await within(time, limits['kafka.closeMs'], leaving);
  }

  #names(topic: Topic, group: string): Names {
    const { prefix } = this.#options;
    return { topic: `${prefix}${topic}`, groupId: `${prefix}${group}` };
  }

  #guarded<T>(kind: CallKind, work: () => Promise<T>): Effect<T> {
    return this.#options.guard.call(kind, fromPromise(work, faultOf(kind)));
  }

  /** The number of partitions stays: asked once. */
  #partitionsOf(topic: Topic): Promise<PartitionMetadata[]> {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    const asked = this.#askPartitions(this.#names(topic, '').topic);
    asked.catch(() => this.#partitions.delete(topic));
    this.#partitions.set(topic, asked);
    return asked;
  }
  async #askPartitions(name: string): Promise<PartitionMetadata[]> {
    const missing = (cause?: unknown): Error => new Error(`no topic ${name}: run hogmanay setup`, { cause });
    try {
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: [name] });
      const [found] = topics;
      if (found === undefined) throw missing();
      return found.partitions;
    } catch (error) {
      const isMissing = error instanceof kafkajs.KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
      throw isMissing ? missing(error) : error;
    }
  }
}
