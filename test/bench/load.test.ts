// The load generator at work, small and short: against the relay that the benchmark compares with, the server, nobody.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { readOptions } from '#load/options';
import { runLoad } from '#load/run';
import { stopServers } from '#test/e2e/driver/server-process';
import { secret, Stage } from '#test/e2e/stage';

let relay: ChildProcess | undefined;

afterEach(async () => {
  relay?.kill('SIGKILL');
  await stopServers();
});

async function relayUrl(): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('relay.mjs', import.meta.url))]);
  relay = child;
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return line.toString('utf8').trim().replace('listening on ', '');
}

const small = ['--users', '10', '--window', '4', '--warmup', '0.1', '--seconds', '0.3'];

test('counts what both the recipient and the sender know of, and how long it took', async () => {
  const options = readOptions(['--mode', 'relay', ...small, '--url', await relayUrl()], '');
  const result = await runLoad(options);
  expect(result).toMatchObject({ mode: 'relay', users: 10, window: 4, bodyBytes: 100 });
  expect(result.messages).toBeGreaterThan(100);
  expect(result.perSecond).toBeGreaterThan(result.messages);
  expect(result.answerMs.p50).toBeGreaterThan(0);
  expect(result.deliveryMs.p99).toBeGreaterThanOrEqual(result.deliveryMs.p50 ?? Infinity);
});

test('speaks the protocol with the server, which stores and delivers all that was sent', async () => {
  const { server } = await Stage.open({
    limits: { 'frames.perSecond': 0, 'send.user.perSecond': 0, 'send.ip.perSecond': 0 },
  });
  const settings = ['--url', server.http ?? '', '--server-pid', `${process.pid}`];
  const result = await runLoad(readOptions([...small, ...settings], secret));
  expect(result).toMatchObject({ mode: 'hogmanay', users: 10 });
  expect(result.messages).toBeGreaterThan(10);
  if (process.platform === 'linux') expect(result.serverCpuUs).toBeGreaterThan(0);
});

test('fails aloud where nobody listens', async () => {
  await expect(runLoad(readOptions([...small, '--url', 'ws://127.0.0.1:9'], secret))).rejects.toThrow('ECONNREFUSED');
});

test('says how it is used', () => {
  expect(() => readOptions([], '')).toThrow('usage:');
  expect(() => readOptions(['--url', 'http://127.0.0.1:9', '--users', '3'], '')).toThrow('even');
  expect(() => readOptions(['--url', 'http://127.0.0.1:9', '--window', '0'], '')).toThrow('--window');
});
