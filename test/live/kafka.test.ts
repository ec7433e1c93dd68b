// The event log over a real broker passes the suite of the port; and what only Kafka has: topics that are made, limits.
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KafkaLog } from '#adapters/kafka/log';
import { systemTime } from '#adapters/system/time';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import { partitionCounts, topics } from '#contract/ports/event-log';
import { sleep, until } from '#test/e2e/driver/wait';
import { liveServices } from '#test/live/services';
import { listening, numbers, records } from '#test/ports/event-log.kit';
import { eventLogSuite } from '#test/ports/event-log.suite';
import { startReader } from '#test/live/kafka-reader';
import { settle } from '#test/ports/harness';
import { freshName } from '#test/ports/words';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { kafka: brokers, prefix } = liveServices();
const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
const opened: KafkaLog[] = [];

const openLog = async (changed: Partial<Record<LimitName, number>> = {}): Promise<KafkaLog> => {
  const limits = withLimits({ 'kafka.pollMs': 20, ...changed });
  const log = await KafkaLog.open({
    ...{ brokers, prefix, clientId: 'test', guard: unguarded, limits, log: quiet, time: systemTime },
  });
  opened.push(log);
  return log;
};

beforeAll(async () => {
  await admin.connect();
  const [one, two] = [await openLog(), await openLog()];
  const made = await Promise.all([one.setUp(1), two.setUp(1)]);
  expect(new Set(made.flat())).toEqual(new Set(topics.map((topic) => `${prefix}${topic}`)));
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
});

afterAll(async () => {
  await admin.deleteTopics({ topics: topics.map((topic) => `${prefix}${topic}`) });
  const { groups } = await admin.listGroups();
  await admin.deleteGroups(groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith(prefix)));
  await admin.disconnect();
});

describe('Kafka', () => {
  eventLogSuite(async () => {
    const log = await openLog();
    return {
      ...{ log, outcome: settle, pass: sleep, now: () => systemTime.now() },
      until: (holds) => until(holds, () => `it never holds: ${String(holds)}`, 20_000),
      close: () => log.close(),
    };
  });
});

describe('topics', () => {
  it('are there with their partitions, and keep what they hold', async () => {
    const names = topics.map((topic) => `${prefix}${topic}`);
    const found = await admin.fetchTopicMetadata({ topics: names });
    for (const topic of topics)
      expect(found.topics.find(({ name }) => name === `${prefix}${topic}`)?.partitions).toHaveLength(
        partitionCounts[topic],
      );
    const resources = names.map((name) => ({ type: 2, name, configNames: ['retention.ms'] }));
    const configs = await admin.describeConfigs({ resources, includeSynonyms: false });
    for (const { resourceName, configEntries } of configs.resources) {
      const kept = Number(configEntries[0]?.configValue);
      if (resourceName.endsWith('pending_writes')) expect(kept).toBe(-1);
      else expect(kept).toBeGreaterThanOrEqual(24 * 3_600_000);
    }
  });

  it('made a second time are left as they are', async () => {
    const log = await openLog();
    expect(await log.setUp(1)).toEqual([]);
  });

  it('one that nobody made is an error that says what to do', async () => {
    const log = await KafkaLog.open({
      ...{ brokers, prefix: `${prefix}none-`, clientId: 'test', guard: unguarded, limits: withLimits(), log: quiet },
      time: systemTime,
    });
    opened.push(log);
    const outcome = await settle(log.append('messages', records('key', 1, 1)));
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'store.unavailable', effect: 'none' } });
    expect(outcome.ok ? '' : outcome.fault.message).toContain('hogmanay setup');
  });
});

describe('limits of the log', () => {
  const keyed = (count: number) => Array.from({ length: count }, () => freshName('key-'));

  it("'kafka.waiting': what is beyond is refused, and certainly not there", async () => {
    const log = await openLog({ 'kafka.waiting': 10 });
    const key = freshName('key-');
    const { reader, of } = listening({ log }, { topic: 'messages', from: 'newest' });
    await settle(reader.joined);
    const outcomes = await Promise.all([
      settle(log.append('messages', records(key, 1, 10))),
      settle(log.append('messages', records(key, 11, 11))),
    ]);
    expect(outcomes[0].ok).toBe(true);
    expect(outcomes[1]).toMatchObject({ ok: false, fault: { code: 'store.unavailable', effect: 'none' } });
    expect((await settle(log.append('messages', records(key, 12, 12)))).ok).toBe(true);
    await until(
      () => of(key).length === 11,
      () => `came: ${String(of(key))}`,
    );
    expect(of(key)).toEqual([...numbers(1, 10), 12]);
  });

  it("'kafka.batchBytes': more than one request holds goes in several, in order, and is answered as one", async () => {
    const log = await openLog({ 'kafka.batchBytes': 2_000 });
    const key = freshName('key-');
    const { reader, of } = listening({ log }, { topic: 'messages', from: 'newest' });
    await settle(reader.joined);
    const outcome = await settle(log.append('messages', records(key, 1, 100)));
    if (!outcome.ok) throw new Error(outcome.fault.message);
    const [first] = outcome.value;
    expect(outcome.value.map(({ offset }) => offset - (first?.offset ?? 0n))).toEqual(numbers(0, 99).map(BigInt));
    await until(
      () => of(key).length === 100,
      () => `came: ${of(key).length}`,
    );
    expect(of(key)).toEqual(numbers(1, 100));
  });

  it('a record that takes a request of its own passes, one that no broker takes fails alone', async () => {
    const log = await openLog();
    const big = (bytes: number) => [{ key: freshName('key-'), cause: 'big', value: 'x'.repeat(bytes) }];
    const outcomes = await Promise.all([
      settle(log.append('search', big(5_000_000))),
      settle(log.append('search', big(9_000_000))),
      settle(log.append('search', records(freshName('key-'), 1, 1))),
    ]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  });

  it("'kafka.sessionMs': the partitions of a reader that was killed are another's after that time", async () => {
    const log = await openLog({ 'kafka.sessionMs': 6_000 });
    const group = freshName('group-');
    const child = startReader([brokers, prefix, group, '6000']);
    await child.until((lines) => lines.includes('joined'));
    const { reader, of } = listening({ log }, { topic: 'offline_messages_dlq', from: 'newest', group });
    await settle(reader.joined);
    await child.kill();
    const killed = performance.now();
    const keys = keyed(20);
    for (const key of keys) await settle(log.append('offline_messages_dlq', records(key, 1, 1)));
    await until(
      () => keys.every((key) => of(key).length > 0),
      () => 'all of it comes to the one that is left',
      30_000,
    );
    expect(performance.now() - killed).toBeLessThan(12_000);
  });

  it("'kafka.pollMs': other partitions wait no longer than that for a slow reader", async () => {
    const log = await openLog({ 'kafka.pollMs': 500 });
    const taken: string[] = [];
    const reader = log.read({ topic: 'search', group: freshName('group-'), from: 'newest' }, ({ records: [record] }) =>
      taken.push(record?.key ?? ''),
    );
    await settle(reader.joined);
    const keys = keyed(30);
    const partitions = await Promise.all(keys.map((key) => settle(log.partitionOf('search', key))));
    const of = (index: number): number => {
      const outcome = partitions[index];
      return outcome?.ok === true ? outcome.value : -1;
    };
    const other = keys.findIndex((_, index) => of(index) !== of(0));
    await settle(log.append('search', records(keys[0] ?? '', 1, 1)));
    await until(
      () => taken.length === 1,
      () => 'the first is taken',
    );
    const started = performance.now();
    await settle(log.append('search', records(keys[other] ?? '', 1, 1)));
    await until(
      () => taken.length === 2,
      () => 'the other is taken',
    );
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
