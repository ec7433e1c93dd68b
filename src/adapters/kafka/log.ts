/** The event log over Kafka. */
import type { Admin, Kafka, PartitionMetadata } from 'kafkajs';
import { fault } from '#contract/effects';
import type { Effect, Fault } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { CallKind, Guard } from '#contract/guard';
import type { Limits } from '#contract/limits';
import type { EventLog, LogPlace, Topic } from '#contract/ports/event-log';
import type { TimeSource } from '#contract/ports/system';
import { Appending, partitionOf } from '#adapters/kafka/appending';
import { kafkaClient } from '#adapters/kafka/client';
import type { KafkaOptions } from '#adapters/kafka/client';
import { Reading } from '#adapters/kafka/reading';
import { setUpTopics } from '#adapters/kafka/topics';

export interface KafkaLogOptions extends KafkaOptions {
  readonly guard: Guard;
  readonly limits: Limits;
  readonly time: TimeSource;
}

const faultOf =
  (kind: CallKind) =>
  (error: unknown): Fault =>
    error instanceof FaultError
      ? error
      : fault('store.unavailable', `Kafka: ${String(error)}`, kind === 'read' ? 'none' : 'unknown');

export class KafkaLog implements EventLog {
  readonly #options: KafkaLogOptions;
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #appending: Appending;
  readonly #partitions = new Map<Topic, Promise<PartitionMetadata[]>>();
  readonly #readers = new Set<Reading>();

  private constructor(options: KafkaLogOptions) {
    this.#options = options;
    const { prefix, limits } = options;
    this.#kafka = kafkaClient(options);
    this.#admin = this.#kafka.admin();
    this.#appending = new Appending({
      ...{ kafka: this.#kafka, prefix, waitingMost: limits['kafka.waiting'] },
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
    return setUpTopics(this.#admin, this.#options.prefix, replicas);
  }

  append: EventLog['append'] = (topic, records) => this.#guarded('write', () => this.#appending.append(topic, records));

  read: EventLog['read'] = (options, receive) => {
    const { prefix, time, log, limits } = this.#options;
    const kit = { kafka: this.#kafka, admin: this.#admin, prefix, time, log, sessionMs: limits['kafka.sessionMs'] };
    const reader = new Reading(kit, options, receive);
    this.#readers.add(reader);
    return reader;
  };

  ends: EventLog['ends'] = (topic) =>
    this.#guarded('read', async () => {
      const offsets = await this.#admin.fetchTopicOffsets(this.#nameOf(topic));
      return offsets.map(({ partition, high }): LogPlace => ({ partition, offset: BigInt(high) }));
    });

  committed: EventLog['committed'] = (topic, group) =>
    this.#guarded('read', async () => {
      const groupId = `${this.#options.prefix}${group}`;
      const [found] = await this.#admin.fetchOffsets({ groupId, topics: [this.#nameOf(topic)] });
      const known = (found?.partitions ?? []).filter(({ offset }) => offset !== '-1');
      return known.map(({ partition, offset }): LogPlace => ({ partition, offset: BigInt(offset) }));
    });

  partitionOf: EventLog['partitionOf'] = (topic, key) =>
    this.#guarded('read', async () => partitionOf(topic, key, await this.#partitionsOf(topic)));

  /** Deletes what the group has taken. */
  async trim(topic: Topic, group: string): Promise<void> {
    const name = this.#nameOf(topic);
    const [found] = await this.#admin.fetchOffsets({ groupId: `${this.#options.prefix}${group}`, topics: [name] });
    const partitions = (found?.partitions ?? []).filter(({ offset }) => offset !== '-1' && offset !== '0');
    if (partitions.length > 0) await this.#admin.deleteTopicRecords({ topic: name, partitions });
  }

  async close(): Promise<void> {
    const readers = [...this.#readers].map((reader) => new Promise<void>((resolve) => reader.close()(() => resolve())));
    await Promise.all(readers);
    await Promise.all([this.#appending.close(), this.#admin.disconnect()]);
  }

  #nameOf(topic: Topic): string {
    return `${this.#options.prefix}${topic}`;
  }

  #guarded<T>(kind: CallKind, work: () => Promise<T>): Effect<T> {
    return this.#options.guard.call(kind, fromPromise(work, faultOf(kind)));
  }

  /** The number of partitions stays: asked once. */
  #partitionsOf(topic: Topic): Promise<PartitionMetadata[]> {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    const asked = this.#admin.fetchTopicMetadata({ topics: [this.#nameOf(topic)] }).then(({ topics }) => {
      const [found] = topics;
      if (found === undefined) throw new Error(`no topic ${this.#nameOf(topic)}: run hogmanay setup`);
      return found.partitions;
    });
    asked.catch(() => this.#partitions.delete(topic));
    this.#partitions.set(topic, asked);
    return asked;
  }
}
