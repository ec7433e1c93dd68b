/**
 * Journals in the tables `journal` and `snapshots`. Number 0 of a journal is its head (epoch, last number); every other
 * row is one append under its last number, written in one transaction with the head, under its epoch and number.
 */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import { fromPromise } from '#contract/from-promise';
import type { Limits } from '#contract/limits';
import { fenced, gap, tooBig } from '#contract/ports/journal';
import type { Journal, JournalEntry, JournalKey, OpenedJournal } from '#contract/ports/journal';
import { eventsOf, snapshotOf } from '#resilience/journal-rules';
import type { JournalHead, JournalRow, SnapshotRow } from '#resilience/journal-rules';
import type { Dynamo } from '#adapters/dynamodb/client';
import { chunks } from '#adapters/dynamodb/items';

type Writes = NonNullable<TransactWriteCommandInput['TransactItems']>;

/** What a batch may hold. */
const batchMost = 25;

const unforeseen = (error: unknown) =>
  error instanceof FaultError ? error : fault('store.unavailable', `DynamoDB: ${String(error)}`, 'unknown');

class DynamoJournal {
  readonly #dynamo: Dynamo;
  readonly #journal: string;
  readonly #snapshots: string;
  /** Bytes of one append or snapshot. */
  readonly #most: number;

  constructor(dynamo: Dynamo, most: number) {
    this.#dynamo = dynamo;
    this.#journal = dynamo.table('journal');
    this.#snapshots = dynamo.table('snapshots');
    this.#most = most;
  }

  /** An answer that was lost has raised the epoch all the same: one more does no harm. */
  async open(key: JournalKey): Promise<OpenedJournal> {
    const raise = new UpdateCommand({
      ...{ TableName: this.#journal, Key: { key, seq: 0 }, ReturnValues: 'ALL_NEW' },
      UpdateExpression: 'SET epoch = if_not_exists(epoch, :none) + :one, #last = if_not_exists(#last, :none), v = :one',
      ExpressionAttributeNames: { '#last': 'last' },
      ExpressionAttributeValues: { ':none': 0, ':one': 1 },
    });
    const { Attributes } = await this.#dynamo.call('repeatable', (client) => client.send(raise));
    const { epoch, last } = Attributes as JournalHead;
    const row = await this.#snapshot(key);
    const after = row?.sequence ?? 0;
    const events = eventsOf(await this.#rows(key, after + 1, last), after);
    // Where they do not fit, a later owner has written or pruned since.
    if (after + events.length !== last || !events.every(({ sequence }, place) => sequence === after + 1 + place))
      throw new FaultError(fenced(key));
    return { epoch, lastSequence: last, snapshot: row === undefined ? null : snapshotOf(row), events };
  }

  async append(key: JournalKey, epoch: number, sequence: number, events: readonly JournalEntry[]): Promise<void> {
    if (events.length === 0) return this.#owned(key, epoch);
    const text = this.#textOf(key, events);
    const last = sequence + events.length - 1;
    const head = {
      ...{ TableName: this.#journal, Key: { key, seq: 0 }, UpdateExpression: 'SET #last = :last' },
      ConditionExpression: 'epoch = :epoch AND #last = :before',
      ExpressionAttributeNames: { '#last': 'last' },
      ExpressionAttributeValues: { ':last': last, ':epoch': epoch, ':before': sequence - 1 },
    };
    const Item = { key, seq: last, first: sequence, epoch, text, v: 1 };
    if (await this.#written([{ Update: head }, { Put: { TableName: this.#journal, Item } }])) return;
    await this.#owned(key, epoch);
    const get = new GetCommand({ TableName: this.#journal, Key: { key, seq: last }, ConsistentRead: true });
    const { Item: found } = await this.#dynamo.call('read', (client) => client.send(get));
    const row = found as JournalRow | undefined;
    if (row?.first === sequence && row.epoch === epoch && row.text === text) return;
    throw new FaultError(gap(key, sequence));
  }

  async snapshot(key: JournalKey, epoch: number, sequence: number, state: JournalEntry): Promise<void> {
    const text = this.#textOf(key, state);
    const head = {
      ...{ TableName: this.#journal, Key: { key, seq: 0 }, ConditionExpression: 'epoch = :epoch AND #last >= :seq' },
      ExpressionAttributeNames: { '#last': 'last' },
      ExpressionAttributeValues: { ':epoch': epoch, ':seq': sequence },
    };
    const put = {
      ...{ TableName: this.#snapshots, Item: { key, sequence, epoch, text, v: 1 } },
      ConditionExpression: 'attribute_not_exists(#key) OR #sequence < :seq',
      ExpressionAttributeNames: { '#key': 'key', '#sequence': 'sequence' },
      ExpressionAttributeValues: { ':seq': sequence },
    };
    if (await this.#written([{ ConditionCheck: head }, { Put: put }])) return;
    await this.#owned(key, epoch);
    if (((await this.#snapshot(key))?.sequence ?? 0) < sequence) throw new FaultError(gap(key, sequence));
  }

  /** Only what a snapshot contains goes, so that it matters little if it is no longer ours by then. */
  async prune(key: JournalKey, epoch: number): Promise<void> {
    await this.#owned(key, epoch);
    const row = await this.#snapshot(key);
    if (row === undefined) return;
    const rows = (await this.#rows(key, 1, row.sequence)).filter(({ seq }) => seq <= row.sequence);
    for (const chunk of chunks(rows, batchMost)) {
      let requests: object[] | undefined = chunk.map(({ seq }) => ({ DeleteRequest: { Key: { key, seq } } }));
      while (requests !== undefined && requests.length > 0) {
        const batch: BatchWriteCommand = new BatchWriteCommand({ RequestItems: { [this.#journal]: requests } });
        const { UnprocessedItems } = await this.#dynamo.call('repeatable', (client) => client.send(batch));
        requests = UnprocessedItems?.[this.#journal];
      }
    }
  }

  /**
   * False when a condition did not hold. A repeat fails its condition and is known by what is there: with a token of
   * its content DynamoDB would say yes to an owner who has been fenced since.
   */
  async #written(writes: Writes): Promise<boolean> {
    const command = new TransactWriteCommand({ TransactItems: writes });
    try {
      await this.#dynamo.call('repeatable', (client) => client.send(command));
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      if (codes.includes('ConditionalCheckFailed')) return false;
      throw new FaultError(fault('store.unavailable', `cancelled: ${codes.join(', ')}`, 'none'));
    }
  }

  async #owned(key: JournalKey, epoch: number): Promise<void> {
    const get = new GetCommand({ TableName: this.#journal, Key: { key, seq: 0 }, ConsistentRead: true });
    const { Item } = await this.#dynamo.call('read', (client) => client.send(get));
    if ((Item as JournalHead | undefined)?.epoch !== epoch) throw new FaultError(fenced(key));
  }

  async #snapshot(key: JournalKey): Promise<SnapshotRow | undefined> {
    const get = new GetCommand({ TableName: this.#snapshots, Key: { key }, ConsistentRead: true });
    const { Item } = await this.#dynamo.call('read', (client) => client.send(get));
    return Item as SnapshotRow | undefined;
  }

  /** Read strongly, page by page: a page ends at 1 MB. */
  async #rows(key: JournalKey, from: number, to: number): Promise<(JournalRow & { readonly seq: number })[]> {
    const rows: (JournalRow & { readonly seq: number })[] = [];
    let start: Record<string, unknown> | undefined;
    if (from > to) return rows;
    do {
      const query = new QueryCommand({
        ...{ TableName: this.#journal, ConsistentRead: true },
        KeyConditionExpression: '#key = :key AND seq BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#key': 'key' },
        ExpressionAttributeValues: { ':key': key, ':from': from, ':to': to },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const { Items = [], LastEvaluatedKey } = await this.#dynamo.call('read', (client) => client.send(query));
      rows.push(...(Items as typeof rows));
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return rows;
  }

  #textOf(key: JournalKey, content: unknown): string {
    const text = JSON.stringify(content);
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#most) throw new FaultError(tooBig(key, bytes));
    return text;
  }
}

export const dynamoJournal = (dynamo: Dynamo, limits: Limits): Journal => {
  const journal = new DynamoJournal(dynamo, limits['journal.bytes']);
  return {
    open: (key) => fromPromise(() => journal.open(key), unforeseen),
    append: (key, epoch, sequence, events) =>
      fromPromise(() => journal.append(key, epoch, sequence, events), unforeseen),
    snapshot: (key, epoch, sequence, state) =>
      fromPromise(() => journal.snapshot(key, epoch, sequence, state), unforeseen),
    prune: (key, epoch) => fromPromise(() => journal.prune(key, epoch), unforeseen),
  };
};
