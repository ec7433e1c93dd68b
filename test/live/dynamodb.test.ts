// The store over DynamoDB passes the suites, unsalted and over four partitions.
import { describe } from 'vitest';
import { Dynamo } from '#adapters/dynamodb/client';
import { dynamoStore } from '#adapters/dynamodb/store';
import { setUpTables } from '#adapters/dynamodb/tables';
import { MemoryWorld } from '#adapters/memory/world';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { SaltedStore } from '#contract/parts/salted-store';
import type { MessageStore } from '#contract/ports/store';
import { VirtualClock } from '#runtime/virtual-clock';
import { liveServices } from '#test/live/services';
import { settle } from '#test/ports/harness';
import type { Backend } from '#test/ports/harness';
import { membersSuite } from '#test/ports/members.suite';
import { storeSuite } from '#test/ports/store.suite';

/** A store that always writes over so many partitions. */
const over = (partitions: number, store: SaltedStore): MessageStore => ({
  ...store,
  append: (group) => store.append({ ...group, partitions: Math.max(partitions, group.partitions) }),
  read: (range) => store.read(range, partitions),
  seqAt: (conv, at) => store.seqAt(conv, at, partitions),
});

const openOver = (partitions: number) => async (): Promise<Backend> => {
  const { dynamodb, prefix } = liveServices();
  const dynamo = new Dynamo({ endpoint: dynamodb, prefix, guard: unguarded });
  await setUpTables(dynamo, () => new Promise((resolve) => setTimeout(resolve, 100)));
  const { store, members } = dynamoStore(dynamo, withLimits());
  const rest = new MemoryWorld({ clock: new VirtualClock(), latency: () => 0 }).ports('a');
  const close = () => Promise.resolve(dynamo.close());
  return { ports: { ...rest, store: over(partitions, store), members }, outcome: settle, close };
};

describe.each([1, 4])('DynamoDB, %s partitions', (partitions) => {
  storeSuite(openOver(partitions), 10);
  membersSuite(openOver(partitions));
});
