/** When users were last seen: rows of the table `cursors`, owner `seen#user`. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Millis, User } from '#contract/conversation';
import type { SeenTable } from '#contract/parts/presence';
import type { Dynamo } from '#adapters/dynamodb/client';
import { chunks } from '#adapters/dynamodb/items';

const batchMost = 100;
const prefix = 'seen#';
const keyOf = (user: User) => ({ owner: `${prefix}${user}`, name: 'at' });

export const dynamoSeen = (dynamo: Dynamo): SeenTable => {
  const table = dynamo.table('cursors');
  return {
    saw: async (user, at) => {
      const command = new UpdateCommand({
        ...{ TableName: table, Key: keyOf(user), UpdateExpression: 'SET #at = :at, v = :v' },
        ConditionExpression: 'attribute_not_exists(#at) OR #at < :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':at': at, ':v': 1 },
      });
      try {
        await dynamo.call('repeatable', (client) => client.send(command));
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    of: async (users) => {
      const seen = new Map<User, Millis>();
      for (const chunk of chunks([...new Set(users)], batchMost)) {
        const get = new BatchGetCommand({ RequestItems: { [table]: { Keys: chunk.map(keyOf) } } });
        const { Responses } = await dynamo.call('read', (client) => client.send(get));
        for (const { owner, at } of (Responses?.[table] ?? []) as { owner: string; at: Millis }[])
          seen.set(owner.slice(prefix.length), at);
      }
      return seen;
    },
  };
};
