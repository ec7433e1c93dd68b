// One message across two servers: its cause is in every store that it passes, and `hogmanay trace` prints its way.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { KafkaLog } from '#adapters/kafka/log';
import { Fleet } from '#adapters/redis/fleet';
import { systemTime } from '#adapters/system/time';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { NodeMessage } from '#contract/ports/bus';
import type { LogRecord } from '#contract/ports/event-log';
import { realEnv } from '#test/e2e/driver/real-backend';
import { Server } from '#test/e2e/driver/server-process';
import { until } from '#test/e2e/driver/wait';
import { secret, Stage } from '#test/e2e/stage';
import { root } from '#test/house/sources';
import { eventually } from '#test/live/services/kit';

process.env['HOGMANAY_TEST_BACKEND'] = 'real';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let stage: Stage;

afterEach(() => stage.close());

const traced = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  new Promise<{ status: number; out: string; err: string }>((resolve) => {
    const all = { ...process.env, ...env, HOGMANAY_JWT_SECRET: secret };
    execFile(
      process.execPath,
      [join(root, 'dist/src/cli/main.js'), 'trace', ...args],
      { env: all },
      (error, out, err) => {
        resolve({ status: Number(error?.code ?? 0), out, err });
      },
    );
  });

/** What the log has of this conversation. */
const logged = async (prefix: string, brokers: string, conv: string): Promise<LogRecord> => {
  const kit = { brokers, prefix, clientId: 'test', guard: unguarded, limits: withLimits(), log: quiet };
  const log = await KafkaLog.open({ ...kit, time: systemTime });
  const records: LogRecord[] = [];
  log.read({ topic: 'messages', group: `${prefix}test`, from: 'oldest' }, (batch) => {
    records.push(...batch.records);
    batch.done()(() => undefined);
  });
  const found = () => records.filter(({ key }) => key === conv).at(-1);
  await until(
    () => found() !== undefined,
    () => 'the record',
    20_000,
  );
  await log.close();
  const record = found();
  if (record === undefined) throw new Error('no record');
  return record;
};

/** All that servers of this product are told over Redis from now on. */
const listen = async (url: string, prefix: string): Promise<NodeMessage[]> => {
  const heard: NodeMessage[] = [];
  const given = { url, prefix, guardFor: () => unguarded, limits: withLimits(), log: quiet, time: systemTime };
  const fleet = await Fleet.open(given);
  onTestFinished(() => fleet.close());
  for (const { primary } of fleet.shards) {
    const client = primary?.client.duplicate();
    onTestFinished(() => client?.disconnect());
    client?.on('pmessage', (_pattern, _channel, text: string) => heard.push(JSON.parse(text) as NodeMessage));
    await new Promise((resolve) => client?.once('ready', resolve));
    await client?.psubscribe(`${prefix}node:*`);
  }
  return heard;
};

test('the way of one message, by time, over all servers', { timeout: 60_000 }, async () => {
  stage = await Stage.open();
  const { data } = stage.server;
  const other = new Server({ data, env: { HOGMANAY_JWT_SECRET: secret }, log: stage.log });
  await other.start();
  const anna = await stage.present('anna');
  const ben = await stage.present('ben', { url: other.url });
  const { conv } = await anna.open(['ben']);
  const env = realEnv(data);
  const { HOGMANAY_PREFIX: prefix = '', HOGMANAY_KAFKA: brokers = '', HOGMANAY_DYNAMODB: endpoint = '' } = env;
  const published = await listen(env['HOGMANAY_REDIS'] ?? '', prefix);
  const { mid, seq } = await anna.send(conv, 'a body that nobody prints');
  await ben.holds(conv, seq);

  const { cause } = await logged(prefix, brokers, conv);
  const dynamo = new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'l', secretAccessKey: 'l' },
  });
  const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: `${prefix}messages` }));
  expect(Items.find((item) => item['mid']?.S === mid)?.['cause']?.S).toBe(cause);
  dynamo.destroy();
  const news = published.find((message) => message.t === 'notices' && message.notices[0]?.entries[0]?.mid === mid);
  expect(news).toMatchObject({ cause, notices: [{ entries: [{ cause }] }] });

  await eventually(async () => (await traced([mid], env)).out.includes('fanned out'), 10_000);
  const { status, out, err } = await traced([mid, '--json'], env);
  expect([status, err]).toEqual([0, '']);
  const found = JSON.parse(out) as {
    cause: string;
    asked: number;
    steps: { node: string; step: string; detail: string }[];
  };
  expect([found.cause, found.asked]).toEqual([cause, 2]);
  const [home] = found.steps;
  const at = (isHome: boolean) =>
    found.steps.filter(({ node }) => (node === home?.node) === isHome).map(({ step }) => step);
  expect(at(true).slice(0, 3)).toEqual(['accepted', 'append', 'appended']);
  expect(at(true).slice(3).sort()).toEqual(['answered', 'fan-out', 'fanned out', 'logged', 'published']);
  expect(at(false).slice(0, 2)).toEqual(['heard', 'delivered']);
  expect(found.steps.map(({ detail }) => detail)).toContain('`message` to ben/d1');
  expect(out).not.toContain('nobody prints');

  await other.kill();
  const half = await traced([mid], env);
  expect([half.status, half.err]).toMatchObject([0, expect.stringMatching(/^no answer from http:\S+: /)]);
  expect(half.out).toContain(`${mid}, caused by ${cause}`);
  const unknown = await traced(['01ARZ3NDEKTSV4RRFFQ69G5FAV'], env);
  expect([unknown.status, unknown.err]).toMatchObject([1, expect.stringContaining('1 of 2 servers were asked: none')]);
});
