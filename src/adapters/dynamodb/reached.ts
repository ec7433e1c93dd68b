/** How far members have got: `readSeq` and `deliveredSeq` of the table `members`, each raised by condition. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { byStanding, isIn } from '#contract/conversation';
import type { Conv, Seq, User } from '#contract/conversation';
import type { ReachedTable } from '#contract/parts/reached';
import type { Raised, Reached, Reaching } from '#contract/ports/receipts';
import type { Dynamo } from '#adapters/dynamodb/client';
import type { MemberRecord } from '#adapters/dynamodb/records';

interface Positions {
  readonly readSeq?: Seq;
  readonly deliveredSeq?: Seq;
}

const reachedOf = ({ deliveredSeq = 0, readSeq = 0 }: Positions): Reached => ({
  delivered: deliveredSeq,
  read: readSeq,
});

export class DynamoReached implements ReachedTable {
  readonly #dynamo: Dynamo;
  readonly #table: string;

  constructor(dynamo: Dynamo) {
    this.#dynamo = dynamo;
    this.#table = dynamo.table('members');
  }

  async of(conv: Conv): Promise<{ reached: ReadonlyMap<User, Reached>; members: readonly User[] }> {
    const query = new QueryCommand({
      ...{ TableName: this.#table, ConsistentRead: true, KeyConditionExpression: 'conv = :conv' },
      ExpressionAttributeValues: { ':conv': conv },
    });
    const { Items = [] } = await this.#dynamo.call('read', (client) => client.send(query));
    const records = Items as (MemberRecord & Positions)[];
    return {
      reached: new Map(records.map((record) => [record.user, reachedOf(record)])),
      members: records
        .filter(isIn)
        .sort(byStanding)
        .map(({ user }) => user),
    };
  }

  raise(conv: Conv, reaching: readonly Reaching[]): Promise<readonly Raised[]> {
    return Promise.all(reaching.map((one) => this.#raiseOne(conv, one)));
  }

  async #raiseOne(conv: Conv, { user, delivered, read }: Reaching): Promise<Raised> {
    const first = delivered === undefined ? undefined : await this.#raise(conv, user, 'deliveredSeq', delivered);
    const then = read === undefined ? undefined : await this.#raise(conv, user, 'readSeq', read);
    const known = first ?? then ?? {};
    const before = reachedOf({ ...known, ...(then?.readSeq === undefined ? {} : { readSeq: then.readSeq }) });
    const after = { delivered: Math.max(before.delivered, delivered ?? 0), read: Math.max(before.read, read ?? 0) };
    return { user, before, after };
  }

  /** Answers the positions before. Nobody who is not a member is made one. */
  async #raise(conv: Conv, user: User, name: 'readSeq' | 'deliveredSeq', seq: Seq): Promise<Positions> {
    const command = new UpdateCommand({
      ...{ TableName: this.#table, Key: { conv, user }, UpdateExpression: `SET ${name} = :seq` },
      ConditionExpression: `attribute_exists(conv) AND (attribute_not_exists(${name}) OR ${name} < :seq)`,
      ...{ ExpressionAttributeValues: { ':seq': seq }, ReturnValues: 'ALL_OLD' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      const { Attributes = {} } = await this.#dynamo.call('repeatable', (client) => client.send(command));
      return Attributes as Positions;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item === undefined ? {} : (unmarshall(error.Item) as Positions);
    }
  }
}
