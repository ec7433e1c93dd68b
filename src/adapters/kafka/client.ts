/** The Kafka client: patient with brokers that go and come, silent but for what the log is told. */
import { Kafka, logLevel } from 'kafkajs';
import type { logCreator } from 'kafkajs';
import type { Log } from '#contract/ports/system';

export interface KafkaOptions {
  /** `host:port`, several separated by commas. */
  readonly brokers: string;
  /** In front of every topic and group. */
  readonly prefix: string;
  readonly clientId: string;
  readonly log: Log;
}

const creatorOf =
  (log: Log): logCreator =>
  () =>
  ({ level, log: { message, error } }) => {
    const fields = typeof error === 'string' ? { error } : {};
    if (level === logLevel.ERROR) log.warn(`kafka: ${message}`, fields);
  };

export const kafkaClient = ({ brokers, clientId, log }: KafkaOptions): Kafka =>
  new Kafka({
    ...{ brokers: brokers.split(','), clientId, logLevel: logLevel.ERROR, logCreator: creatorOf(log) },
    ...{ connectionTimeout: 2_000, requestTimeout: 5_000, enforceRequestTimeout: true },
    // A broker that is away may come back: the client goes on trying, our deadlines decide how long we wait.
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
  });
