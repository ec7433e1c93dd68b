/** Conversation items: made once, read strongly, their marks moved by condition. */
import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { asMembers } from '#contract/conversation';
import type { Conv, ConversationItem, Millis, Seq } from '#contract/conversation';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { FannedRange, NewConversation } from '#contract/ports/store';
import type { Dynamo } from '#adapters/dynamodb/client';
import type { KnownItems } from '#adapters/dynamodb/known-items';
import { bucketOf, dirtyBuckets, itemOf } from '#adapters/dynamodb/records';
import type { ConversationRecord, MemberRecord } from '#adapters/dynamodb/records';
import type { Tables } from '#adapters/dynamodb/transaction';

/** What BatchGetItem takes at a time. */
const batchMost = 100;
/** Members that one transaction adds, beside the conversation. */
const membersMost = 90;

export const chunks = <T>(all: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, index) => all.slice(index * most, (index + 1) * most));

export class Items {
  readonly #dynamo: Dynamo;
  readonly #tables: Tables;
  readonly #known: KnownItems;

  constructor(dynamo: Dynamo, tables: Tables, known: KnownItems) {
    this.#dynamo = dynamo;
    this.#tables = tables;
    this.#known = known;
  }

  async read(conv: Conv): Promise<ConversationItem | null> {
    const get = new GetCommand({ TableName: this.#tables.conversations, Key: { conv }, ConsistentRead: true });
    const { Item } = await this.#dynamo.call('read', (client) => client.send(get));
    return Item === undefined ? null : this.#known.saw(itemOf(Item as ConversationRecord));
  }

  /** Strong; those that do not exist are left out. */
  async readAll(convs: readonly Conv[]): Promise<ReadonlyMap<Conv, ConversationItem>> {
    const found = new Map<Conv, ConversationItem>();
    const table = this.#tables.conversations;
    await Promise.all(
      chunks([...new Set(convs)], batchMost).map(async (chunk) => {
        let keys: Record<string, unknown>[] = chunk.map((conv) => ({ conv }));
        while (keys.length > 0) {
          const get = new BatchGetCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } });
          const { Responses, UnprocessedKeys } = await this.#dynamo.call('read', (client) => client.send(get));
          for (const record of Responses?.[table] ?? []) {
            const item = itemOf(record as ConversationRecord);
            found.set(item.conv, item);
          }
          keys = UnprocessedKeys?.[table]?.Keys ?? [];
        }
      }),
    );
    return found;
  }

  /**
   * The conversation is there with the last transaction: members that are written before it belong to nothing, and are
   * not shown, until then.
   */
  async create(given: NewConversation): Promise<{ created: boolean; item: ConversationItem }> {
    const { conv, kind, title, creator, founders, now } = given;
    const record: ConversationRecord = {
      ...{ v: 1, conv, kind, ...(title === undefined ? {} : { title }), creator, createdAt: now, lastSeq: 0 },
      ...{ lastAt: now, memVersion: 1, saltMax: 1, fannedTo: -1, dirty: bucketOf(conv), dirtySince: now },
    };
    const members = asMembers(founders).map((member): { Put: { TableName: string; Item: MemberRecord } } => ({
      Put: {
        TableName: this.#tables.members,
        Item: { v: 1, conv, ...member, version: 1, memberOf: member.user, lastMessageAt: now },
      },
    }));
    const parts = chunks(members, membersMost);
    const last = parts.pop() ?? [];
    for (const part of parts) {
      if ((await this.read(conv)) !== null) break;
      await this.#write(part);
    }
    const condition = 'attribute_not_exists(conv)';
    const put = { TableName: this.#tables.conversations, Item: record, ConditionExpression: condition };
    try {
      await this.#write([{ Put: { ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } }, ...last]);
      return { created: true, item: this.#known.saw(itemOf(record)) };
    } catch (error) {
      const first = error instanceof TransactionCanceledException ? error.CancellationReasons?.[0] : undefined;
      if (first?.Item === undefined) throw error;
      return { created: false, item: this.#known.saw(itemOf(unmarshall(first.Item) as ConversationRecord)) };
    }
  }

  async #write(items: NonNullable<ConstructorParameters<typeof TransactWriteCommand>[0]['TransactItems']>) {
    const write = new TransactWriteCommand({ TransactItems: items });
    await this.#dynamo.call('repeatable', (client) => client.send(write));
  }

  /** Moves the mark if it stands below `from`. `timeOf` tells when a number was stored: the mark is then that old. */
  async markFanned(conv: Conv, { from, to }: FannedRange, timeOf: (seq: Seq) => Promise<Millis>) {
    const whole = await this.#tryMark(conv, {
      UpdateExpression: 'SET fannedTo = :to REMOVE dirty, dirtySince',
      ConditionExpression: 'fannedTo = :before AND lastSeq = :to',
      ExpressionAttributeValues: { ':to': to, ':before': from - 1 },
    });
    if ('marked' in whole) return whole.marked;
    if (whole.now.fannedTo !== from - 1 || whole.now.lastSeq <= to) return this.#known.saw(whole.now);
    const part = await this.#tryMark(conv, {
      UpdateExpression: 'SET fannedTo = :to, dirtySince = :since',
      ConditionExpression: 'fannedTo = :before',
      ExpressionAttributeValues: { ':to': to, ':before': from - 1, ':since': await timeOf(to + 1) },
    });
    return 'marked' in part ? part.marked : this.#known.saw(part.now);
  }

  async #tryMark(
    conv: Conv,
    update: Pick<UpdateCommandInput, 'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeValues'>,
  ): Promise<{ readonly marked: ConversationItem } | { readonly now: ConversationItem }> {
    const command = new UpdateCommand({
      ...{ TableName: this.#tables.conversations, Key: { conv }, ...update, ReturnValues: 'ALL_NEW' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      const { Attributes } = await this.#dynamo.call('repeatable', (client) => client.send(command));
      return { marked: this.#known.saw(itemOf(Attributes as ConversationRecord)) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if (error.Item === undefined)
        throw new FaultError(fault('store.incomplete', `${conv} does not exist`), { cause: error });
      return { now: itemOf(unmarshall(error.Item) as ConversationRecord) };
    }
  }

  /** The index follows the table a little later: a mark that is young may be missed once. */
  async dirty(before: Millis, limit: number): Promise<readonly Conv[]> {
    const buckets = Array.from({ length: dirtyBuckets }, (_, bucket) => this.#dirtyIn(bucket, before, limit));
    const marked = (await Promise.all(buckets)).flat();
    marked.sort((one, other) => one.dirtySince - other.dirtySince);
    return marked.slice(0, limit).map(({ conv }) => conv);
  }

  async #dirtyIn(bucket: number, before: Millis, limit: number) {
    const query = new QueryCommand({
      ...{ TableName: this.#tables.conversations, IndexName: 'dirty', Limit: limit },
      KeyConditionExpression: 'dirty = :bucket AND dirtySince <= :before',
      // Numbers have 38 digits there: "ever" has to be one of them.
      ExpressionAttributeValues: { ':bucket': bucket, ':before': Math.min(before, Number.MAX_SAFE_INTEGER) },
    });
    const { Items = [] } = await this.#dynamo.call('read', (client) => client.send(query));
    return Items as { conv: Conv; dirtySince: Millis }[];
  }
}
