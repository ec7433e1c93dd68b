/**
 * The inbox out of the tables: a query of the index by user and time, newest first, and never a scan (A14). The index
 * is touched at most now and then, so that it is a little late: a few more conversations than asked for are looked at,
 * and their items decide the order (A16).
 */
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { Conv, ConversationItem, Millis, Seq, User } from '#contract/conversation';
import { fault } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import { byPlace, inboxItemOf, placeOfItem } from '#contract/inbox';
import type { InboxItem, InboxPage, InboxPlace } from '#contract/inbox';
import type { Limits } from '#contract/limits';
import type { InboxIndex } from '#contract/parts/inbox';
import type { Dynamo } from '#adapters/dynamodb/client';
import type { Items } from '#adapters/dynamodb/items';
import type { DynamoReached } from '#adapters/dynamodb/reached';
import type { Reading } from '#adapters/dynamodb/reading';

interface Candidate {
  readonly conv: Conv;
  readonly joinedSeq: Seq;
  readonly lastMessageAt: Millis;
}

interface Found {
  readonly item: ConversationItem;
  readonly since: Seq;
}

export interface InboxKit {
  readonly dynamo: Dynamo;
  readonly items: Items;
  readonly reading: Reading;
  readonly reached: DynamoReached;
  readonly limits: Limits;
}

const later: InboxPlace = { at: Number.MAX_SAFE_INTEGER, conv: '' };

export class DynamoInbox implements InboxIndex {
  readonly #kit: InboxKit;
  readonly #table: string;

  constructor(kit: InboxKit) {
    this.#kit = kit;
    this.#table = kit.dynamo.table('members');
  }

  page: InboxIndex['page'] = (user, limit, from) =>
    fromPromise(
      () => this.#page(user, limit, from ?? later),
      (error) => (error instanceof FaultError ? error : fault('store.unavailable', `DynamoDB: ${String(error)}`)),
    );

  async touch(conv: Conv, at: Millis, users: readonly User[]): Promise<void> {
    await Promise.all(users.map((user) => this.#touch(conv, at, user)));
  }

  async #touch(conv: Conv, at: Millis, user: User): Promise<void> {
    const command = new UpdateCommand({
      ...{ TableName: this.#table, Key: { conv, user }, UpdateExpression: 'SET lastMessageAt = :at' },
      ConditionExpression: 'attribute_exists(memberOf) AND lastMessageAt < :at',
      ExpressionAttributeValues: { ':at': at },
    });
    try {
      await this.#kit.dynamo.call('repeatable', (client) => client.send(command));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async #page(user: User, limit: number, from: InboxPlace): Promise<InboxPage> {
    const found: Found[] = [];
    let start: Record<string, unknown> | undefined;
    let edge: Millis = from.at;
    const { 'inbox.lateMs': lateMs } = this.#kit.limits;
    do {
      const { candidates, next } = await this.#candidates(user, from.at, limit + 1, start);
      found.push(...(await this.#found(candidates)).filter(({ item }) => byPlace(placeOfItem(item), from) > 0));
      found.sort((one, other) => byPlace(placeOfItem(one.item), placeOfItem(other.item)));
      edge = candidates.at(-1)?.lastMessageAt ?? edge;
      start = next;
      // Whoever comes later in the index is later by its item too, but for what the index may be late.
    } while (start !== undefined && (found[limit]?.item.lastAt ?? 0) < edge + lateMs);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await Promise.all(page.map((one) => this.#itemOf(user, one))),
      next: last !== undefined && found.length > limit ? placeOfItem(last.item) : null,
      source: 'dynamodb',
    };
  }

  async #candidates(user: User, before: Millis, limit: number, start: Record<string, unknown> | undefined) {
    const query = new QueryCommand({
      ...{ TableName: this.#table, IndexName: 'inbox', ScanIndexForward: false, Limit: limit },
      KeyConditionExpression: 'memberOf = :user AND lastMessageAt <= :before',
      ExpressionAttributeValues: { ':user': user, ':before': before },
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    const { Items = [], LastEvaluatedKey } = await this.#kit.dynamo.call('read', (client) => client.send(query));
    return { candidates: Items as Candidate[], next: LastEvaluatedKey };
  }

  async #found(candidates: readonly Candidate[]): Promise<Found[]> {
    const items = await this.#kit.items.readAll(candidates.map(({ conv }) => conv));
    return candidates.flatMap(({ conv, joinedSeq }) => {
      const item = items.get(conv);
      return item === undefined ? [] : [{ item, since: joinedSeq }];
    });
  }

  async #itemOf(user: User, { item, since }: Found): Promise<InboxItem> {
    const { conv, lastSeq: seq, saltMax } = item;
    const { reading, reached } = this.#kit;
    const [of, [last]] = await Promise.all([
      reached.of(conv),
      seq === 0 ? [] : reading.read({ conv, from: seq, to: seq, order: 'up', limit: 1 }, saltMax),
    ]);
    return inboxItemOf({ item, members: of.members, user, since, read: of.reached.get(user)?.read ?? 0, last });
  }
}
