// The salt registry over the durable Redis and its backup in DynamoDB: N never falls, the backup is written first, a
// Redis that lost everything is refilled before its "nothing" counts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deleteAof } from '#scripts/services/aof';
import { startServices } from '#scripts/services/start';
import type { Services } from '#scripts/services/services';
import { Dynamo } from '#adapters/dynamodb/client';
import { dynamoRegistry } from '#adapters/dynamodb/registry-backup';
import { setUpTables } from '#adapters/dynamodb/tables';
import { DurableRedis } from '#adapters/redis/durable';
import { Fleet } from '#adapters/redis/fleet';
import { redisRegistry } from '#adapters/redis/registry';
import { systemTime } from '#adapters/system/time';
import { tieredRegistry } from '#adapters/tiered/registry';
import { toPromise } from '#contract/from-promise';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import { sleep } from '#test/e2e/driver/wait';
import { liveServices } from '#test/live/services';
import { eventually } from '#test/live/services/kit';
import { freshName } from '#test/ports/words';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const slowMs = 60_000;

let own: Services;
let dynamo: Dynamo;
let fleet: Fleet;
let prefix: string;

beforeAll(async () => {
  own = await startServices({ only: ['redis'], shards: 1, replicas: 0, sentinels: 0 });
  const { dynamodb } = liveServices();
  ({ prefix } = liveServices());
  dynamo = new Dynamo({ endpoint: dynamodb, prefix, guard: unguarded });
  await setUpTables(dynamo, () => sleep(100));
  const url = own.env['HOGMANAY_REDIS'] ?? '';
  const limits = withLimits();
  fleet = await Fleet.open({ url, prefix, guardFor: () => unguarded, limits, log: quiet, time: systemTime });
}, slowMs);

afterAll(async () => {
  fleet.close();
  dynamo.close();
  await own.stop();
});

const open = () => {
  const server = redisRegistry(new DurableRedis(fleet.durable), prefix);
  const backup = dynamoRegistry(dynamo);
  const queue = { isLogDrained: () => Promise.resolve(true), isEmpty: () => Promise.resolve(true) };
  return { server, backup, registry: tieredRegistry({ server, backup, queue, log: quiet }) };
};

describe('the salt registry', () => {
  test('B5 B6 B15 N is raised in both halves, and never falls in either', { timeout: slowMs }, async () => {
    const { server, backup, registry } = open();
    const conv = freshName('conv-');
    expect(await toPromise(registry.partitionsOf(conv))).toBe(1);
    for (const [asked, then] of [
      [4, 4],
      [2, 4],
      [4, 4],
      [8, 8],
    ] as const) {
      expect(await toPromise(registry.raise(conv, asked))).toBe(then);
      expect([await backup.get(conv), (await server.of(conv)).partitions]).toEqual([then, then]);
    }
    await Promise.all([16, 12, 14, 10].map((n) => toPromise(registry.raise(conv, n))));
    expect([await backup.get(conv), (await server.of(conv)).partitions]).toEqual([16, 16]);
  });

  test('B19 B21 while Redis is away the backup says', { timeout: slowMs }, async () => {
    const { registry } = open();
    const conv = freshName('conv-');
    await toPromise(registry.raise(conv, 4));
    await own.redis.durable.kill();
    expect(await toPromise(registry.partitionsOf(conv))).toBe(4);
    expect(await toPromise(registry.partitionsOf(freshName('conv-')))).toBe(1);
    await own.redis.durable.restart();
  });

  test('B16 B17 B18 B21 a Redis that lost its log is refilled from the backup', { timeout: slowMs }, async () => {
    const { server, registry } = open();
    const convs = Array.from({ length: 30 }, () => freshName('conv-'));
    await Promise.all(convs.map((conv) => toPromise(registry.raise(conv, 4))));
    await own.redis.durable.kill();
    deleteAof(own.redis.durable);
    await own.redis.durable.restart();
    await eventually(async () => (await server.of('any')).run !== '', 10_000);
    // It answers "nothing"; nobody believes it.
    const [first = ''] = convs;
    expect((await server.of(first)).isReconciled).toBe(false);
    expect(await toPromise(registry.partitionsOf(first))).toBe(4);
    await eventually(async () => (await server.of(first)).isReconciled, 20_000);
    const held = await Promise.all(convs.map(async (conv) => (await server.of(conv)).partitions));
    expect(held).toEqual(convs.map(() => 4));
  });
});
