// The load generator at work, small and short: against the relay that the benchmark compares with, and against nobody.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { readOptions } from '#load/options';
import { runLoad } from '#load/run';

let relay: ChildProcess | undefined;

afterEach(() => void relay?.kill('SIGKILL'));

async function relayUrl(): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('relay.mjs', import.meta.url))]);
  relay = child;
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return line.toString('utf8').trim().replace('listening on ', '');
}

const settings = ['--mode', 'relay', '--users', '10', '--window', '4', '--warmup', '0.1', '--seconds', '0.3'];

test('counts what both the recipient and the sender know of, and how long it took', async () => {
  const options = readOptions([...settings, '--url', await relayUrl(), '--server-pid', `${relay?.pid}`], '');
  const result = await runLoad(options);
  expect(result).toMatchObject({ mode: 'relay', users: 10, window: 4, bodyBytes: 100 });
  expect(result.messages).toBeGreaterThan(100);
  expect(result.perSecond).toBeGreaterThan(result.messages);
  expect(result.answerMs.p50).toBeGreaterThan(0);
  expect(result.deliveryMs.p99).toBeGreaterThanOrEqual(result.deliveryMs.p50 ?? Infinity);
});

test('fails aloud where nobody listens', async () => {
  await expect(runLoad(readOptions([...settings, '--url', 'ws://127.0.0.1:9'], ''))).rejects.toThrow('ECONNREFUSED');
});

test('says how it is used', () => {
  expect(() => readOptions([], '')).toThrow('usage:');
  expect(() => readOptions(['--url', 'http://127.0.0.1:9', '--users', '3'], '')).toThrow('even');
  expect(() => readOptions(['--url', 'http://127.0.0.1:9', '--window', '0'], '')).toThrow('--window');
});
