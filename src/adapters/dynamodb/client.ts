/**
 * DynamoDB behind its guard. What a healthy table answers (a condition that failed, a cancelled transaction) is thrown
 * as the error of the SDK; everything else is a `FaultError` that the guard has seen.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import { fromPromise, toPromise } from '#contract/from-promise';
import type { CallKind, Guard } from '#contract/guard';

export interface DynamoOptions {
  /** Of DynamoDB Local or another stand-in; absent: that of the region. */
  readonly endpoint?: string;
  readonly region?: string;
  /** In front of every table's name. */
  readonly prefix: string;
  readonly guard: Guard;
}

/** Outcomes that a healthy table gives. */
const outcomes = new Set([
  'ConditionalCheckFailedException',
  'TransactionCanceledException',
  'IdempotentParameterMismatchException',
  'ResourceNotFoundException',
  'ResourceInUseException',
  'ValidationException',
]);

const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TransactionInProgressException',
]);

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** The connection was refused: nothing was sent. */
const isRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND');

const faultOf =
  (kind: CallKind) =>
  (error: unknown): Fault => {
    if (throttles.has(nameOf(error))) return fault('store.throttled', nameOf(error), 'none');
    const effect = kind === 'read' || isRefused(error) ? 'none' : 'unknown';
    return fault('store.unavailable', `DynamoDB: ${String(error)}`, effect);
  };

type Answer<T> = { readonly value: T } | { readonly error: Error };

export class Dynamo {
  readonly #client: DynamoDBDocumentClient;
  readonly #options: DynamoOptions;

  constructor(options: DynamoOptions) {
    this.#options = options;
    const { endpoint, region } = options;
    const local = endpoint === undefined ? {} : { endpoint, credentials: { accessKeyId: 'l', secretAccessKey: 'l' } };
    // Tries again are the guard's: it has a budget.
    const client = new DynamoDBClient({ region: region ?? 'eu-west-1', maxAttempts: 1, ...local });
    this.#client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  }

  /** The full name of a table. */
  table(name: string): string {
    return `${this.#options.prefix}${name}`;
  }

  /** One command. Throws the SDK's error for what a healthy table answers, else a `FaultError`. */
  async call<T>(kind: CallKind, work: (client: DynamoDBDocumentClient) => Promise<T>): Promise<T> {
    const attempt = async (): Promise<Answer<T>> => {
      try {
        return { value: await work(this.#client) };
      } catch (error) {
        if (error instanceof Error && outcomes.has(error.name)) return { error };
        throw error;
      }
    };
    const answer = await toPromise(this.#options.guard.call(kind, fromPromise(attempt, faultOf(kind))));
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  close(): void {
    this.#client.destroy();
  }
}
