/** The backup of the salt registry: table `salt_registry`, one row for each conversation that was ever salted (B15). */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Conv } from '#contract/conversation';
import type { RegistryBackup } from '#contract/parts/registry';
import type { Dynamo } from '#adapters/dynamodb/client';

interface Row {
  readonly conv: Conv;
  readonly partitions: number;
}

export const dynamoRegistry = (dynamo: Dynamo): RegistryBackup => {
  const table = dynamo.table('salt_registry');
  async function* all() {
    let start: Record<string, unknown> | undefined;
    do {
      const scan = new ScanCommand({
        ...{ TableName: table, ConsistentRead: true },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const { Items = [], LastEvaluatedKey } = await dynamo.call('read', (client) => client.send(scan));
      yield Items as Row[];
      start = LastEvaluatedKey;
    } while (start !== undefined);
  }
  return {
    all,
    get: async (conv) => {
      const get = new GetCommand({ TableName: table, Key: { conv }, ConsistentRead: true });
      const { Item } = await dynamo.call('read', (client) => client.send(get));
      return (Item as Row | undefined)?.partitions ?? 1;
    },
    raise: async (conv, partitions) => {
      const command = new UpdateCommand({
        ...{ TableName: table, Key: { conv }, UpdateExpression: 'SET #n = :n, v = :v' },
        ConditionExpression: 'attribute_not_exists(#n) OR #n < :n',
        // A word that DynamoDB keeps for itself.
        ExpressionAttributeNames: { '#n': 'partitions' },
        ExpressionAttributeValues: { ':n': partitions, ':v': 1 },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      try {
        await dynamo.call('repeatable', (client) => client.send(command));
        return partitions;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException) || error.Item === undefined) throw error;
        return (unmarshall(error.Item) as Row).partitions;
      }
    },
  };
};
