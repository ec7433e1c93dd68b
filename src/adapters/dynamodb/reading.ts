/**
 * Entries: read strongly from every partition that may hold some (B8), merged by number, and proven whole before they
 * are answered. What was cached of the item may be older than the range: then it is read, once.
 */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Conv, ConversationItem, Entry, Millis, Seq } from '#contract/conversation';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { ReadRange } from '#contract/ports/store';
import type { Dynamo } from '#adapters/dynamodb/client';
import type { KnownItems } from '#adapters/dynamodb/known-items';
import { entryOf, partsOf } from '#adapters/dynamodb/records';
import type { MessageRecord } from '#adapters/dynamodb/records';

export interface ReadingKit {
  readonly dynamo: Dynamo;
  readonly table: string;
  readonly known: KnownItems;
  readonly readItem: (conv: Conv) => Promise<ConversationItem | null>;
}

/** How often a range that is not whole is read again: a page may have been read while it was written. */
const tries = 3;

export class Reading {
  readonly #kit: ReadingKit;

  constructor(kit: ReadingKit) {
    this.#kit = kit;
  }

  /** Fails with `store.incomplete`. */
  async read(range: ReadRange, partitions: number): Promise<readonly Entry[]> {
    const { conv, from, to, limit } = range;
    const wanted = Math.min(limit, to - from + 1);
    let saltMax = this.#kit.known.get(conv)?.saltMax ?? 1;
    for (let turn = 1; from >= 1 && turn <= tries; turn += 1) {
      const entries = await this.#scatter(range, Math.max(partitions, saltMax), wanted);
      if (isWhole(entries, range, wanted)) return entries;
      saltMax = (await this.#kit.readItem(conv))?.saltMax ?? 1;
    }
    throw new FaultError(fault('store.incomplete', `${conv} has not all of ${from} to ${to}`));
  }

  /** Times never fall with the numbers: halved until one is left. */
  async seqAt(conv: Conv, at: Millis, partitions: number): Promise<Seq> {
    let [from, to] = [1, ((await this.#kit.readItem(conv))?.lastSeq ?? 0) + 1];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if ((await this.timeOf(conv, middle, partitions)) >= at) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  async timeOf(conv: Conv, seq: Seq, partitions: number): Promise<Millis> {
    const [entry] = await this.read({ conv, from: seq, to: seq, order: 'up', limit: 1 }, partitions);
    return entry?.at ?? 0;
  }

  async #scatter(range: ReadRange, partitions: number, wanted: number): Promise<Entry[]> {
    const parts = partsOf(range.conv, partitions).map((part) => this.#part(part, range, wanted));
    const records = (await Promise.all(parts)).flat();
    const sign = range.order === 'up' ? 1 : -1;
    records.sort((one, other) => sign * (one.seq - other.seq));
    return records.slice(0, wanted).map(entryOf);
  }

  /** A page of an answer ends at 1 MB, whatever was asked for. */
  async #part(part: string, { from, to, order }: ReadRange, wanted: number): Promise<MessageRecord[]> {
    const { dynamo, table } = this.#kit;
    const records: MessageRecord[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        ...{ TableName: table, ConsistentRead: true, Limit: wanted - records.length },
        ScanIndexForward: order === 'up',
        KeyConditionExpression: 'part = :part AND seq BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':part': part, ':from': from, ':to': to },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const { Items = [], LastEvaluatedKey } = await dynamo.call('read', (client) => client.send(query));
      records.push(...(Items as MessageRecord[]));
      start = LastEvaluatedKey;
    } while (start !== undefined && records.length < wanted);
    return records;
  }
}

const isWhole = (entries: readonly Entry[], { from, to, order }: ReadRange, wanted: number): boolean =>
  entries.length === wanted && entries.every(({ seq }, index) => seq === (order === 'up' ? from + index : to - index));
