/**
 * Appending: what comes while a request is under way goes together with the next one, in order. The producer is
 * idempotent: what its own tries repeat is there once. After a failure it is replaced: kafkajs would give the next
 * records the numbers of those that failed, and a broker that had written these takes the next for repeats, says that
 * all is well and writes nothing.
 */
import { Partitioners } from 'kafkajs';
import type { Kafka, Message, PartitionMetadata, Producer } from 'kafkajs';
import { fault } from '#contract/effects';
import type { FaultEffect } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { Limits } from '#contract/limits';
import type { LogPlace, NewRecord, Topic } from '#contract/ports/event-log';
import type { Log, TimeSource } from '#contract/ports/system';
import { clientTries } from '#adapters/kafka/client';
import { within } from '#adapters/kafka/within';

/** Records of one append that go in one request. */
interface Waiting {
  readonly topic: Topic;
  readonly messages: readonly Message[];
  readonly bytes: number;
  readonly until: number;
  readonly resolve: (places: LogPlace[]) => void;
  readonly reject: (error: unknown) => void;
}

interface Part {
  readonly messages: Message[];
  bytes: number;
}

export interface AppendingOptions {
  readonly kafka: Kafka;
  readonly prefix: string;
  /** Metadata of the partitions of a topic. */
  readonly partitionsOf: (topic: Topic) => Promise<PartitionMetadata[]>;
  readonly limits: Limits;
  readonly time: TimeSource;
  readonly log: Log;
}

/** The same as that of the producers of kafkajs, and of Kafka's own clients: murmur2 of the key. */
const partitioner = Partitioners.DefaultPartitioner();

export const partitionOf = (topic: string, key: string, partitionMetadata: PartitionMetadata[]): number =>
  partitioner({ topic, partitionMetadata, message: { key, value: '' } });

const unavailable = (message: string, effect: FaultEffect): FaultError =>
  new FaultError(fault('store.unavailable', `Kafka: ${message}`, effect, 1_000));

/** What the frame of a record takes, about. */
const frameBytes = 100;

const bytesOf = ({ key, value }: Message): number =>
  frameBytes + Buffer.byteLength(String(key)) + Buffer.byteLength(String(value));

const messageOf = ({ key, cause, value }: NewRecord): Message => ({
  ...{ key, value: JSON.stringify(value), headers: { cause } },
});

/** All messages of a topic with their partitions, and the how-manieth each is in its partition. */
const placed = (topic: Topic, group: readonly Waiting[], metadata: PartitionMetadata[]) => {
  const counts: number[] = [];
  const indexes: number[] = [];
  const messages = group.flatMap((one) => one.messages);
  for (const message of messages) {
    const partition = partitionOf(topic, String(message.key), metadata);
    message.partition = partition;
    const count = counts[partition] ?? 0;
    counts[partition] = count + 1;
    indexes.push(count);
  }
  return { messages, indexes };
};

export class Appending {
  readonly #options: AppendingOptions;
  #producer: Producer | undefined;
  #waiting: Waiting[] = [];
  #records = 0;
  #isBusy = false;
  #isClosed = false;

  constructor(options: AppendingOptions) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    await this.#connected();
  }

  /** What still waits fails with effect `none`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject, messages } of this.#waiting.splice(0)) {
      this.#records -= messages.length;
      reject(unavailable('the log is closed', 'none'));
    }
    await this.#producer?.disconnect();
  }

  /** Rejects with a `FaultError` where too many wait or none was sent, else with the error of the client. */
  async append(topic: Topic, records: readonly NewRecord[]): Promise<LogPlace[]> {
    if (this.#isClosed) throw unavailable('the log is closed', 'none');
    if (this.#records + records.length > this.#options.limits['kafka.waiting'])
      throw unavailable('too many records wait', 'none');
    const parts = await Promise.allSettled(this.#parted(records).map((part) => this.#queue(topic, part)));
    const refused = parts.find((part) => part.status === 'rejected');
    if (refused === undefined) return parts.flatMap((part) => (part.status === 'fulfilled' ? part.value : []));
    // Some of it may be there.
    throw parts.length === 1 ? refused.reason : unavailable(String(refused.reason), 'unknown');
  }

  /** So many at once as one request may hold. */
  #parted(records: readonly NewRecord[]): Part[] {
    const most = this.#options.limits['kafka.batchBytes'];
    const parts: Part[] = [];
    for (const record of records) {
      const message = messageOf(record);
      const bytes = bytesOf(message);
      const last = parts.at(-1);
      if (last === undefined || last.bytes + bytes > most) parts.push({ messages: [message], bytes });
      else {
        last.messages.push(message);
        last.bytes += bytes;
      }
    }
    return parts;
  }

  #queue(topic: Topic, { messages, bytes }: Part): Promise<LogPlace[]> {
    const { time, limits } = this.#options;
    this.#records += messages.length;
    const until = time.now() + limits['kafka.waitMs'];
    return new Promise((resolve, reject) => {
      this.#waiting.push({ topic, messages, bytes, until, resolve, reject });
      if (!this.#isBusy) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    // What else is appended in this turn comes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#next();
      try {
        await this.#send(group);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      for (const { messages } of group) this.#records -= messages.length;
    }
    this.#isBusy = false;
  }

  /** The longest waiting, up to the bytes of one request. Those whose time is over are told so. */
  #next(): Waiting[] {
    const { time, limits } = this.#options;
    const now = time.now();
    let [bytes, count] = [0, 0];
    for (const one of this.#waiting) {
      bytes += one.bytes;
      if (count > 0 && bytes > limits['kafka.batchBytes']) break;
      count += 1;
    }
    return this.#waiting.splice(0, count).filter(({ until, messages, reject }) => {
      if (now <= until) return true;
      this.#records -= messages.length;
      reject(unavailable('it waited too long for its turn', 'none'));
      return false;
    });
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return;
    const topics = [...new Set(group.map(({ topic }) => topic))];
    const metadata = new Map<Topic, PartitionMetadata[]>();
    const nothingSent = (error: unknown): never => {
      throw unavailable(String(error), 'none');
    };
    for (const topic of topics) metadata.set(topic, await this.#options.partitionsOf(topic).catch(nothingSent));
    const producer = await this.#connected().catch(nothingSent);
    const sent = topics.map((topic) => {
      const mine = group.filter((one) => one.topic === topic);
      return { topic, mine, ...placed(topic, mine, metadata.get(topic) ?? []) };
    });
    try {
      const { prefix } = this.#options;
      const answer = await producer.sendBatch({
        acks: -1,
        topicMessages: sent.map(({ topic, messages }) => ({ topic: `${prefix}${topic}`, messages })),
      });
      for (const { topic, mine, indexes, messages } of sent) {
        const own = answer.filter(({ topicName }) => topicName === `${prefix}${topic}`);
        const bases = new Map(own.map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? '0')]));
        const places = messages.map(({ partition = 0 }, at): LogPlace => {
          return { partition, offset: (bases.get(partition) ?? 0n) + BigInt(indexes[at] ?? 0) };
        });
        for (const one of mine) one.resolve(places.splice(0, one.messages.length));
      }
    } catch (error) {
      this.#replace(producer);
      throw error;
    }
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = this.#options.kafka.producer({
      ...{ idempotent: true, maxInFlightRequests: 1, createPartitioner: Partitioners.DefaultPartitioner },
      ...{ allowAutoTopicCreation: false, retry: clientTries },
    });
    try {
      await producer.connect();
    } catch (error) {
      this.#leave(producer);
      throw error;
    }
    if (this.#isClosed) this.#leave(producer);
    this.#producer = producer;
    return producer;
  }

  #replace(producer: Producer): void {
    this.#producer = undefined;
    this.#leave(producer);
  }

  #leave(producer: Producer): void {
    const { time, limits, log } = this.#options;
    within(time, limits['kafka.closeMs'], producer.disconnect()).catch((error: unknown) =>
      log.warn('a Kafka producer did not leave', { error: String(error) }),
    );
  }
}
