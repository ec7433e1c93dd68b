/** The tables: their keys and indexes. Names get a prefix; capacity is by demand. */
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Dynamo } from '#adapters/dynamodb/client';

type KeyType = 'S' | 'N';
type Key = readonly [name: string, type: KeyType];

interface Table {
  readonly pk: Key;
  readonly sk?: Key;
  readonly index?: { readonly name: string; readonly pk: Key; readonly sk: Key; readonly also?: readonly string[] };
}

const tables = {
  /** One row a conversation. `dirty`: a bucket, while its fan-out is behind. */
  conversations: { pk: ['conv', 'S'], index: { name: 'dirty', pk: ['dirty', 'N'], sk: ['dirtySince', 'N'] } },
  /** `memberOf` is the user while they are in. */
  members: {
    pk: ['conv', 'S'],
    sk: ['user', 'S'],
    index: { name: 'inbox', pk: ['memberOf', 'S'], sk: ['lastMessageAt', 'N'], also: ['joinedSeq'] },
  },
  /** `part` is the conversation, or `conversation#k` once it is salted. */
  messages: { pk: ['part', 'S'], sk: ['seq', 'N'] },
  /** `sender id` of every message. */
  idempotency: { pk: ['conv', 'S'], sk: ['sent', 'S'] },
  salt_registry: { pk: ['conv', 'S'] },
  journal: { pk: ['key', 'S'], sk: ['seq', 'N'] },
  snapshots: { pk: ['key', 'S'] },
  /** Positions of devices (`user/device`, by conversation), of consumers, and when users were last seen. */
  cursors: { pk: ['owner', 'S'], sk: ['name', 'S'] },
} as const satisfies Record<string, Table>;

const schemaOf = (name: string, { pk, sk, index }: Table): CreateTableCommandInput => {
  const keys = [pk, ...(sk === undefined ? [] : [sk]), ...(index === undefined ? [] : [index.pk, index.sk])];
  const keySchema = (hash: Key, range?: Key) => [
    { AttributeName: hash[0], KeyType: 'HASH' as const },
    ...(range === undefined ? [] : [{ AttributeName: range[0], KeyType: 'RANGE' as const }]),
  ];
  const projection = (also: readonly string[] | undefined) =>
    also === undefined
      ? { ProjectionType: 'KEYS_ONLY' as const }
      : { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...also] };
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
    KeySchema: keySchema(pk, sk),
    ...(index === undefined
      ? {}
      : {
          GlobalSecondaryIndexes: [
            { IndexName: index.name, KeySchema: keySchema(index.pk, index.sk), Projection: projection(index.also) },
          ],
        }),
  };
};

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const exists = async (dynamo: Dynamo, table: string): Promise<boolean> => {
  try {
    const { Table: found } = await dynamo.call('read', (client) =>
      client.send(new DescribeTableCommand({ TableName: table })),
    );
    return found?.TableStatus === 'ACTIVE';
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return false;
    throw error;
  }
};

/**
 * Makes the tables that are missing and waits until all can be used; `pause` waits between looks. Answers the names of
 * those it made. Several may do this at once.
 */
export const setUpTables = async (dynamo: Dynamo, pause: () => Promise<void>): Promise<string[]> => {
  const names = Object.entries(tables).map(([name, table]) => ({ name: dynamo.table(name), table }));
  const made: string[] = [];
  for (const { name, table } of names) {
    if (await exists(dynamo, name)) continue;
    try {
      await dynamo.call('repeatable', (client) => client.send(new CreateTableCommand(schemaOf(name, table))));
      made.push(name);
    } catch (error) {
      if (!isNamed(error, 'ResourceInUseException')) throw error;
    }
  }
  for (const { name } of names) while (!(await exists(dynamo, name))) await pause();
  return made;
};
