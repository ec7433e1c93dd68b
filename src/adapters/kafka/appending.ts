/**
 * Appending: what comes while a request is under way goes together with the next one, in order. The producer is
 * idempotent: what its own tries repeat is there once.
 */
import { Partitioners } from 'kafkajs';
import type { Kafka, Message, PartitionMetadata, Producer, RecordMetadata } from 'kafkajs';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { LogPlace, NewRecord, Topic } from '#contract/ports/event-log';

interface Waiting {
  readonly topic: Topic;
  readonly records: readonly NewRecord[];
  readonly resolve: (places: LogPlace[]) => void;
  readonly reject: (error: unknown) => void;
}

export interface AppendingOptions {
  readonly kafka: Kafka;
  readonly prefix: string;
  /** Metadata of the partitions of a topic. */
  readonly partitionsOf: (topic: Topic) => Promise<PartitionMetadata[]>;
  /** Records that wait for their turn; more are refused. */
  readonly waitingMost: number;
}

/** The same as that of the producers of kafkajs, and of Kafka's own clients: murmur2 of the key. */
const partitioner = Partitioners.DefaultPartitioner();

export const partitionOf = (topic: string, key: string, partitionMetadata: PartitionMetadata[]): number =>
  partitioner({ topic, partitionMetadata, message: { key, value: '' } });

export class Appending {
  readonly #options: AppendingOptions;
  readonly #producer: Producer;
  #waiting: Waiting[] = [];
  #records = 0;
  #isBusy = false;

  constructor(options: AppendingOptions) {
    this.#options = options;
    this.#producer = options.kafka.producer({
      ...{ idempotent: true, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner },
      allowAutoTopicCreation: false,
    });
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  close(): Promise<void> {
    return this.#producer.disconnect();
  }

  /** Rejects with a `FaultError` where too many wait, else with the error of the client. */
  append(topic: Topic, records: readonly NewRecord[]): Promise<LogPlace[]> {
    if (this.#records + records.length > this.#options.waitingMost)
      return Promise.reject(new FaultError(fault('store.unavailable', 'Kafka: too many records wait', 'none', 1_000)));
    this.#records += records.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ topic, records, resolve, reject });
      if (!this.#isBusy) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#send(group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      for (const { records } of group) this.#records -= records.length;
    }
    this.#isBusy = false;
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    const { prefix, partitionsOf } = this.#options;
    const topics = [...new Set(group.map(({ topic }) => topic))];
    const metadata = new Map<Topic, PartitionMetadata[]>();
    for (const topic of topics) metadata.set(topic, await partitionsOf(topic));
    const counts = new Map<string, number>();
    const places = group.map(({ topic, records }) =>
      records.map(({ key }) => {
        const partition = partitionOf(topic, key, metadata.get(topic) ?? []);
        const counter = `${topic} ${partition}`;
        const index = counts.get(counter) ?? 0;
        counts.set(counter, index + 1);
        return { topic, partition, index };
      }),
    );
    const messages = (topic: Topic): Message[] =>
      group.flatMap((one, at) =>
        one.topic === topic
          ? one.records.map((record, index) => messageOf(record, places[at]?.[index]?.partition ?? 0))
          : [],
      );
    const answer = await this.#producer.sendBatch({
      acks: -1,
      topicMessages: topics.map((topic) => ({ topic: `${prefix}${topic}`, messages: messages(topic) })),
    });
    const bases = basesOf(answer, prefix);
    group.forEach(({ resolve }, at) => {
      const mine = places[at] ?? [];
      resolve(
        mine.map(({ topic, partition, index }) => ({
          partition,
          offset: (bases.get(`${topic} ${partition}`) ?? 0n) + BigInt(index),
        })),
      );
    });
  }
}

const messageOf = ({ key, cause, value }: NewRecord, partition: number): Message => ({
  ...{ key, value: JSON.stringify(value), headers: { cause }, partition },
});

const basesOf = (answer: readonly RecordMetadata[], prefix: string): Map<string, bigint> =>
  new Map(
    answer.map(({ topicName, partition, baseOffset }) => [
      `${topicName.slice(prefix.length)} ${partition}`,
      BigInt(baseOffset ?? '0'),
    ]),
  );
