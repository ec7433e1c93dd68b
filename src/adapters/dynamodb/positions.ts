/**
 * Device positions in the table `cursors`: owner `at#user`, one row for each device and conversation, and one for the
 * device itself, by which it is known.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Conv, Device, Seq, User } from '#contract/conversation';
import type { Cursors, PositionTable } from '#contract/parts/positions';
import type { Dynamo } from '#adapters/dynamodb/client';
import { chunks } from '#adapters/dynamodb/items';

interface Row {
  readonly v: 1;
  readonly owner: string;
  /** `device#conversation`; nothing behind the `#`: the device itself. */
  readonly name: string;
  readonly seq?: Seq;
}

/** What BatchWriteItem takes at a time. */
const batchMost = 25;

const ownerOf = (user: User): string => `at#${user}`;

/** A device's name has no `#`. */
const nameOf = (device: Device, conv: Conv): string => `${device}#${conv}`;

export class DynamoPositions implements PositionTable {
  readonly #dynamo: Dynamo;
  readonly #table: string;

  constructor(dynamo: Dynamo) {
    this.#dynamo = dynamo;
    this.#table = dynamo.table('cursors');
  }

  async of(user: User, device: Device): Promise<Cursors | undefined> {
    const devices = await this.#rows(user, nameOf(device, ''));
    return devices.get(device);
  }

  all(user: User): Promise<ReadonlyMap<Device, Cursors>> {
    return this.#rows(user);
  }

  async begin(user: User, device: Device, start: Cursors): Promise<boolean> {
    const owner = ownerOf(user);
    const rows = [...start].map(([conv, seq]): Row => ({ v: 1, owner, name: nameOf(device, conv), seq }));
    for (const chunk of chunks(rows, batchMost)) await this.#put(chunk);
    const known: Row = { v: 1, owner, name: nameOf(device, '') };
    const put = { TableName: this.#table, Item: known, ConditionExpression: 'attribute_not_exists(#name)' };
    const command = new PutCommand({ ...put, ExpressionAttributeNames: { '#name': 'name' } });
    try {
      await this.#dynamo.call('repeatable', (client) => client.send(command));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async raise(user: User, device: Device, cursors: Cursors): Promise<void> {
    const owner = ownerOf(user);
    await Promise.all(
      [...cursors].map(async ([conv, seq]) => {
        const command = new UpdateCommand({
          ...{ TableName: this.#table, Key: { owner, name: nameOf(device, conv) } },
          UpdateExpression: 'SET seq = :seq, v = :v',
          ConditionExpression: 'attribute_not_exists(seq) OR seq < :seq',
          ExpressionAttributeValues: { ':seq': seq, ':v': 1 },
        });
        try {
          await this.#dynamo.call('repeatable', (client) => client.send(command));
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
      }),
    );
  }

  async #put(rows: readonly Row[]): Promise<void> {
    let requests: object[] = rows.map((Item) => ({ PutRequest: { Item } }));
    while (requests.length > 0) {
      const command = new BatchWriteCommand({ RequestItems: { [this.#table]: requests } });
      const { UnprocessedItems } = await this.#dynamo.call('repeatable', (client) => client.send(command));
      requests = UnprocessedItems?.[this.#table] ?? [];
    }
  }

  async #rows(user: User, prefix?: string): Promise<Map<Device, Map<Conv, Seq>>> {
    const devices = new Map<Device, Map<Conv, Seq>>();
    let start: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        ...{ TableName: this.#table, ConsistentRead: true },
        ExpressionAttributeNames: { '#owner': 'owner', ...(prefix === undefined ? {} : { '#name': 'name' }) },
        KeyConditionExpression:
          prefix === undefined ? '#owner = :owner' : '#owner = :owner AND begins_with(#name, :device)',
        ExpressionAttributeValues: { ':owner': ownerOf(user), ...(prefix === undefined ? {} : { ':device': prefix }) },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const { Items = [], LastEvaluatedKey } = await this.#dynamo.call('read', (client) => client.send(query));
      for (const { name, seq } of Items as Row[]) {
        const at = name.indexOf('#');
        const device = name.slice(0, at);
        const cursors = devices.get(device) ?? new Map<Conv, Seq>();
        devices.set(device, cursors);
        if (seq !== undefined) cursors.set(name.slice(at + 1), seq);
      }
      start = LastEvaluatedKey;
    } while (start !== undefined);
    return devices;
  }
}
