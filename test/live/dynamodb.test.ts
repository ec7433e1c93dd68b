// The store over DynamoDB passes the suites, unsalted and over four partitions.
import { describe, expect, test } from 'vitest';
import { Dynamo } from '#adapters/dynamodb/client';
import { dynamoStore } from '#adapters/dynamodb/store';
import { setUpTables } from '#adapters/dynamodb/tables';
import { MemoryWorld } from '#adapters/memory/world';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { SaltedStore } from '#contract/parts/salted-store';
import type { MessageStore } from '#contract/ports/store';
import { VirtualClock } from '#runtime/virtual-clock';
import { sleep } from '#test/e2e/driver/wait';
import { liveServices } from '#test/live/services';
import { settle } from '#test/ports/harness';
import type { Backend } from '#test/ports/harness';
import { membersSuite } from '#test/ports/members.suite';
import { storeSuite } from '#test/ports/store.suite';
import { conversation, draft, freshName, group } from '#test/ports/words';

/** A store that always writes over so many partitions. */
const over = (partitions: number, store: SaltedStore): MessageStore => ({
  ...store,
  append: (group) => store.append({ ...group, partitions: Math.max(partitions, group.partitions) }),
  read: (range) => store.read(range, partitions),
  seqAt: (conv, at) => store.seqAt(conv, at, partitions),
});

const openDynamo = async (): Promise<Dynamo> => {
  const { dynamodb, prefix } = liveServices();
  const dynamo = new Dynamo({ endpoint: dynamodb, prefix, guard: unguarded });
  await setUpTables(dynamo, () => sleep(100));
  return dynamo;
};

const openOver = (partitions: number) => async (): Promise<Backend> => {
  const dynamo = await openDynamo();
  const { store, members } = dynamoStore(dynamo, withLimits());
  const rest = new MemoryWorld({ clock: new VirtualClock(), latency: () => 0 }).ports('a');
  const close = () => Promise.resolve(dynamo.close());
  return { ports: { ...rest, store: over(partitions, store), members }, outcome: settle, close };
};

describe.each([1, 4])('DynamoDB, %s partitions', (partitions) => {
  storeSuite(openOver(partitions), 10);
  membersSuite(openOver(partitions));
});

describe('the inbox out of the tables', () => {
  const newest = async (limits: Partial<Record<LimitName, number>>): Promise<string | undefined> => {
    const dynamo = await openDynamo();
    const { store, inbox } = dynamoStore(dynamo, withLimits(limits));
    const convs = Array.from({ length: 30 }, (_, n) => freshName(`late${n}-`));
    for (const [n, conv] of convs.entries())
      await settle(store.create(conversation(conv, { founders: ['alice'], now: 1_000 * n })));
    // Written to, and the index not touched yet: by its item it is the newest of all.
    await settle(store.append(group(convs[27] ?? '', 0, [draft('id-00001')], { now: 31_000 })));
    const page = await settle(inbox.page('alice', 1));
    dynamo.close();
    return page.ok ? page.value.items[0]?.conv.replace(/-.*/, '') : page.fault.message;
  };

  test('A14 A16 inbox.lateMs: an index that is no later than that shows the newest first', async () => {
    expect(await newest({ 'inbox.lateMs': 5_000 })).toBe('late27');
    expect(await newest({ 'inbox.lateMs': 0 })).toBe('late29');
  });
});
