/** Which numbers the sends of a user have, by their ids: what an append is refused a second number by. */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { Conv, User } from '#contract/conversation';
import type { StoredIds } from '#contract/parts/pending';
import type { StoredNumber } from '#contract/ports/pending';
import type { Dynamo } from '#adapters/dynamodb/client';
import { chunks } from '#adapters/dynamodb/items';
import { sentKey } from '#adapters/dynamodb/records';
import type { IdRecord } from '#adapters/dynamodb/records';

const batchMost = 100;

type Keys = NonNullable<BatchGetCommand['input']['RequestItems']>;

export const dynamoStoredIds = (dynamo: Dynamo): StoredIds => {
  const table = dynamo.table('idempotency');
  const found = async (keys: Keys): Promise<IdRecord[]> => {
    const records: IdRecord[] = [];
    for (let left: Keys | undefined = keys; left !== undefined && Object.keys(left).length > 0;) {
      const get: BatchGetCommand = new BatchGetCommand({ RequestItems: left });
      const { Responses, UnprocessedKeys } = await dynamo.call('read', (client) => client.send(get));
      records.push(...((Responses?.[table] ?? []) as IdRecord[]));
      left = UnprocessedKeys;
    }
    return records;
  };
  return {
    numbersOf: async (conv: Conv, user: User, ids: readonly string[]) => {
      const numbers = new Map<string, StoredNumber>();
      for (const chunk of chunks([...new Set(ids)], batchMost)) {
        const bySent = new Map(chunk.map((id) => [sentKey({ from: user, id }), id]));
        const Keys = [...bySent.keys()].map((sent) => ({ conv, sent }));
        for (const { sent, seq, mid, at } of await found({ [table]: { Keys, ConsistentRead: true } })) {
          const id = bySent.get(sent);
          if (id !== undefined) numbers.set(id, { seq, mid, at });
        }
      }
      return numbers;
    },
  };
};
