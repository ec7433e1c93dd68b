/** The Kafka client: patient with brokers that go and come, silent but for what the log is told. */
import { Kafka, logLevel } from 'kafkajs';
import type { logCreator } from 'kafkajs';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { CallKind } from '#contract/guard';
import type { Limits } from '#contract/limits';
import type { Log } from '#contract/ports/system';

export interface KafkaOptions {
  /** `host:port`, several separated by commas. */
  readonly brokers: string;
  /** In front of every topic and group. */
  readonly prefix: string;
  readonly clientId: string;
  readonly limits: Limits;
  readonly log: Log;
}

const creatorOf =
  (log: Log): logCreator =>
  () =>
  ({ level, log: { message, error } }) => {
    const fields = typeof error === 'string' ? { error } : {};
    if (level === logLevel.ERROR) log.warn(`kafka: ${message}`, fields);
  };

/** How often the client itself tries what failed, and how long it waits in between, in ms. */
export const clientTries = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 } as const;

export const kafkaClient = ({ brokers, clientId, limits, log }: KafkaOptions): Kafka =>
  new Kafka({
    ...{ brokers: brokers.split(','), clientId, logLevel: logLevel.ERROR, logCreator: creatorOf(log) },
    ...{ connectionTimeout: limits['kafka.requestMs'], requestTimeout: limits['kafka.requestMs'] },
    ...{ enforceRequestTimeout: true, retry: clientTries },
  });

/** Whatever the client throws, as a fault: a read changed nothing, of a write nobody can say. */
export const faultOf =
  (kind: CallKind) =>
  (error: unknown): Fault =>
    error instanceof FaultError
      ? error
      : fault('store.unavailable', `Kafka: ${String(error)}`, kind === 'read' ? 'none' : 'unknown');
