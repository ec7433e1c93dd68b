/** The message store and its members as ports, over DynamoDB. */
import type { Effect } from '#contract/effects';
import { fault } from '#contract/effects';
import { dayMs } from '#contract/limits';
import type { Limits } from '#contract/limits';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { SaltedStore } from '#contract/parts/salted-store';
import type { Members } from '#contract/ports/store';
import { append } from '#adapters/dynamodb/append';
import type { AppendKit } from '#adapters/dynamodb/append';
import type { Dynamo } from '#adapters/dynamodb/client';
import { DynamoInbox } from '#adapters/dynamodb/inbox';
import { Items } from '#adapters/dynamodb/items';
import { KnownItems } from '#adapters/dynamodb/known-items';
import { Memberships } from '#adapters/dynamodb/memberships';
import { DynamoReached } from '#adapters/dynamodb/reached';
import { Reading } from '#adapters/dynamodb/reading';

/** What was not foreseen: a fault of ours, or of the service. */
const unforeseen = (error: unknown) =>
  error instanceof FaultError ? error : fault('store.unavailable', `DynamoDB: ${String(error)}`, 'unknown');

const effect = <T>(work: () => Promise<T>): Effect<T> => fromPromise(work, unforeseen);

export interface DynamoStore {
  readonly store: SaltedStore;
  readonly members: Members;
  readonly reached: DynamoReached;
  readonly inbox: DynamoInbox;
}

export const dynamoStore = (dynamo: Dynamo, limits: Limits): DynamoStore => {
  const tables = {
    conversations: dynamo.table('conversations'),
    members: dynamo.table('members'),
    messages: dynamo.table('messages'),
    idempotency: dynamo.table('idempotency'),
  };
  const known = new KnownItems(limits['dynamodb.items']);
  const items = new Items(dynamo, tables, known);
  const readItem = (conv: string) => items.read(conv);
  const reading = new Reading({ dynamo, table: tables.messages, known, readItem });
  const memberships = new Memberships(dynamo, tables.members, items);
  const rememberMs = limits['idempotency.days'] * dayMs;
  // Whatever the registry says by now, what was written under more partitions is found by the item.
  const mark: AppendKit['mark'] = (conv, range) => items.markFanned(conv, range, (seq) => reading.timeOf(conv, seq, 1));
  const appending: AppendKit = { dynamo, tables, known, rememberMs, readItem, mark };
  const store: SaltedStore = {
    create: (given) => effect(() => items.create(given)),
    item: (conv) => effect(() => items.read(conv)),
    lastSeqs: (convs) =>
      effect(async () => new Map([...(await items.readAll(convs))].map(([conv, { lastSeq }]) => [conv, lastSeq]))),
    append: (group) => effect(() => append(appending, group)),
    read: (range, partitions) => effect(() => reading.read(range, partitions)),
    seqAt: (conv, at, partitions) => effect(() => reading.seqAt(conv, at, partitions)),
    markFanned: (conv, range) => effect(() => mark(conv, range)),
    dirty: (before, limit) => effect(() => items.dirty(before, limit)),
  };
  const members: Members = {
    of: (conv) => effect(() => memberships.of(conv)),
    conversationsOf: (user) => effect(() => memberships.conversationsOf(user)),
    sharing: (user, others) => effect(() => memberships.sharing(user, others)),
    inAtLeast: (count, users) => effect(() => memberships.inAtLeast(count, users)),
  };
  const reached = new DynamoReached(dynamo);
  return { store, members, reached, inbox: new DynamoInbox({ dynamo, items, reading, reached, limits }) };
};
