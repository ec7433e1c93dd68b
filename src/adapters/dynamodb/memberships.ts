/**
 * Who is in a conversation, read strongly; and in which conversations a user is, from an index that follows the table a
 * little later. A conversation that is missed for that moment is healed as a lost notice is.
 */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { byStanding } from '#contract/conversation';
import type { Conv, Seq, User } from '#contract/conversation';
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import type { MemberList, Membership } from '#contract/ports/store';
import type { Dynamo } from '#adapters/dynamodb/client';
import type { Items } from '#adapters/dynamodb/items';
import { memberOf } from '#adapters/dynamodb/records';
import type { MemberRecord } from '#adapters/dynamodb/records';

/** How often a list is read that changes while it is read. */
const tries = 5;

export class Memberships {
  readonly #dynamo: Dynamo;
  readonly #table: string;
  readonly #items: Items;

  constructor(dynamo: Dynamo, table: string, items: Items) {
    this.#dynamo = dynamo;
    this.#table = table;
    this.#items = items;
  }

  /** The list belongs to the version that was read before it, unless one of its members is newer. */
  async of(conv: Conv): Promise<MemberList> {
    for (let turn = 0; turn < tries; turn += 1) {
      const item = await this.#items.read(conv);
      if (item === null) return { memVersion: 0, members: [] };
      const records: MemberRecord[] = [];
      const query = {
        ConsistentRead: true,
        KeyConditionExpression: 'conv = :conv',
        ExpressionAttributeValues: { ':conv': conv },
      };
      for await (const page of this.#pages(query)) records.push(...(page as MemberRecord[]));
      if (records.every(({ version }) => version <= item.memVersion))
        return { memVersion: item.memVersion, members: records.map(memberOf).sort(byStanding) };
    }
    throw new FaultError(fault('store.unavailable', `the members of ${conv} change too fast`));
  }

  async conversationsOf(user: User): Promise<readonly Membership[]> {
    const since = new Map<Conv, Seq>();
    for await (const page of this.#ofUser(user))
      for (const { conv, joinedSeq } of page as MemberRecord[]) since.set(conv, joinedSeq);
    const items = await this.#items.readAll([...since.keys()]);
    return [...items].map(([conv, { lastSeq }]) => ({ conv, since: since.get(conv) ?? 1, last: lastSeq }));
  }

  async sharing(user: User, others: readonly User[]): Promise<ReadonlySet<User>> {
    const shared = new Set(others.filter((other) => other === user));
    const mine = new Set<Conv>();
    for await (const page of this.#ofUser(user)) for (const { conv } of page as MemberRecord[]) mine.add(conv);
    await Promise.all(
      others.map(async (other) => {
        if (mine.size > 0 && other !== user && (await this.#isInOne(other, mine))) shared.add(other);
      }),
    );
    return shared;
  }

  async inAtLeast(count: number, users: readonly User[]): Promise<ReadonlySet<User>> {
    const full = await Promise.all(
      users.map(async (user) => ((await this.#countOf(user, count)) >= count ? user : [])),
    );
    return new Set(full.flat());
  }

  async #isInOne(user: User, convs: ReadonlySet<Conv>): Promise<boolean> {
    for await (const page of this.#ofUser(user))
      if ((page as MemberRecord[]).some(({ conv }) => convs.has(conv))) return true;
    return false;
  }

  /** Stops counting at `enough`. */
  async #countOf(user: User, enough: number): Promise<number> {
    let count = 0;
    for await (const page of this.#ofUser(user)) {
      count += page.length;
      if (count >= enough) break;
    }
    return count;
  }

  #ofUser(user: User) {
    return this.#pages({
      IndexName: 'inbox',
      KeyConditionExpression: 'memberOf = :user',
      ExpressionAttributeValues: { ':user': user },
    });
  }

  async *#pages(query: Omit<QueryCommandInput, 'TableName'>) {
    let start: Record<string, unknown> | undefined;
    do {
      const command = new QueryCommand({
        ...{ ...query, TableName: this.#table },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      });
      const { Items = [], LastEvaluatedKey } = await this.#dynamo.call('read', (client) => client.send(command));
      yield Items;
      start = LastEvaluatedKey;
    } while (start !== undefined);
  }
}
