// A test's own services, and what a test may do to them: each fault is the real one, on a real process.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutAof, deleteAof } from '#scripts/services/aof';
import { bornAt } from '#scripts/services/processes';
import { downAfterMs, failoverTimeoutMs } from '#scripts/services/redis';
import type { Services } from '#scripts/services/services';
import { startServices } from '#scripts/services/start';
import { readState } from '#scripts/services/state';
import { redisVersion } from '#scripts/services/versions';
import { sleep } from '#test/e2e/driver/wait';
import { root } from '#test/house/sources';
import { eventually, freshFolder, redis } from '#test/live/services/kit';

let own: Services;

beforeAll(async () => {
  own = await startServices({ shards: 1, replicas: 2 });
}, 120_000);

afterAll(() => own.stop());

describe('Redis', () => {
  const shard = () => {
    const [first] = own.redis.shards;
    if (first === undefined) throw new Error('no shard');
    return first;
  };

  it('is of the version that the containers have', async () => {
    const version = /^redis_version:(\d+)\./m.exec(String(await redis(own.redis.durable, 'INFO')))?.[1];
    expect(Number(version)).toBe(redisVersion.major);
  });

  it('a dead primary is replaced by a replica, and comes back as one', async () => {
    const { primary } = shard();
    await redis(primary, 'SET', 'k', 'v');
    await redis(primary, 'WAIT', '2', '1000');
    const killed = performance.now();
    await primary.kill();
    const promoted = async () => (await own.primaryNow(shard())) !== undefined;
    const withinMs = downAfterMs + 2 * failoverTimeoutMs;
    await eventually(promoted, withinMs);
    expect(performance.now() - killed).toBeLessThan(withinMs);
    const next = await own.primaryNow(shard());
    expect(next?.name).toMatch(/replica/);
    expect(await redis(next ?? primary, 'GET', 'k')).toBe('v');

    await primary.restart();
    const role = async () => ((await redis(primary, 'ROLE')) as unknown[])[0];
    await eventually(async () => (await role()) === 'slave', 20_000);
  });

  it('what is paused holds its connections and answers nothing, until it is resumed', async () => {
    const { durable } = own.redis;
    durable.pause();
    await expect(redis(durable, 'PING')).rejects.toThrow(/timed out/i);
    expect(durable.alive).toBe(true);
    durable.resume();
    expect(await redis(durable, 'PING')).toBe('PONG');
  });

  it('the durable one keeps all it answered, loses the end of a cut log, and all of a deleted one', async () => {
    const { durable } = own.redis;
    for (let n = 0; n < 50; n++) await redis(durable, 'SADD', 'ids', `id-${n}`);
    await durable.restart();
    expect(await redis(durable, 'SCARD', 'ids')).toBe(50);

    await durable.kill();
    cutAof(durable, 100);
    durable.start();
    await durable.ready();
    const left = Number(await redis(durable, 'SCARD', 'ids'));
    expect(left).toBeLessThan(50);
    expect(left).toBeGreaterThan(40);

    await durable.kill();
    deleteAof(durable);
    await durable.restart();
    expect(await redis(durable, 'EXISTS', 'ids')).toBe(0);
  });

  it('a log is not cut under a running server', () => {
    expect(() => cutAof(own.redis.durable, 1)).toThrow('durable runs: kill it first');
  });
});

describe('Kafka', () => {
  it('a killed broker is started again on the records it has acknowledged', async () => {
    const [broker] = own.kafka.brokers;
    if (broker === undefined) throw new Error('no broker');
    const client = new Kafka({ brokers: [own.env['HOGMANAY_KAFKA'] ?? ''], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 't', numPartitions: 1 }] });
    const producer = client.producer({ idempotent: true });
    await producer.connect();
    await producer.send({ topic: 't', acks: -1, messages: [{ value: 'one' }, { value: 'two' }] });
    await producer.disconnect();
    await admin.disconnect();

    const before = broker.pid;
    await broker.restart();
    expect(broker.pid).not.toBe(before);
    await admin.connect();
    expect(await admin.fetchTopicOffsets('t')).toMatchObject([{ partition: 0, high: '2' }]);
    await admin.disconnect();
  });
});

describe('DynamoDB Local', () => {
  it('is started again on its tables after kill -9', async () => {
    const client = new DynamoDBClient({
      endpoint: own.env['HOGMANAY_DYNAMODB'] ?? '',
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await client.send(
      new CreateTableCommand({
        TableName: 'table',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      }),
    );
    await own.dynamodb.restart();
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual(['table']);
    client.destroy();
  });
});

describe('the end of a set', () => {
  it('can leave the logs, and leaves nothing else', async () => {
    const set = await startServices({ only: ['redis'], shards: 1, replicas: 0, sentinels: 0 });
    const { durable } = set.redis;
    const reaped = set.processes.map(({ pid }) => pid);
    await set.stop({ keepLogs: true });
    expect(reaped.filter((pid) => bornAt(pid) !== undefined)).toEqual([]);
    // Whoever watches over the set finds it ended, and touches nothing.
    await sleep(1_000);
    expect(readdirSync(durable.folder)).toEqual(['redis.log']);
    expect(durable.log()).toContain('Ready to accept connections');
    rmSync(set.folder, { recursive: true });
  });
});

describe('the end of whoever started a set', () => {
  it('is the end of the set, even by kill -9', async () => {
    const folder = freshFolder();
    const small = { only: ['redis'], shards: 1, replicas: 0, sentinels: 0, folder };
    const start = `await startServices(${JSON.stringify(small)});`;
    const module = JSON.stringify(join(root, 'scripts/services/start.mjs'));
    const script = `import { startServices } from ${module}; ${start} console.log('up'); setInterval(() => 0, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const pids = readState(folder)?.members.map(({ identity }) => identity?.pid ?? 0) ?? [];
    expect(pids.filter((pid) => bornAt(pid) !== undefined)).toHaveLength(2);
    child.kill('SIGKILL');
    await eventually(() => pids.every((pid) => bornAt(pid) === undefined) && !existsSync(folder), 10_000);
  });
});
