// The harness notices: what a relay between the crowd and the server does to messages is found, and pinned on the
// attack during which it happened.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Random } from '#test/e2e/driver/random';
import { sleep } from '#test/e2e/driver/wait';
import { Stage } from '#test/e2e/stage';
import type { Attack } from '#test/siege/attack';
import { measure } from '#test/siege/harness/besiege';
import { Townspeople } from '#test/siege/harness/townspeople';
import { slowness, verdict } from '#test/siege/harness/verdict';
import type { Measured } from '#test/siege/harness/verdict';
import { Relay } from '#test/siege/tools/relay';

const planted: Attack = { name: 'planted', answer: 'none', memoryMiB: 64, strike: () => Promise.resolve() };
const pacing = { pairs: 8, quietMs: 600, attackMs: 1_500, turns: 1 };

let stage: Stage;
let relay: Relay;
let town: Townspeople;

beforeEach(async () => {
  stage = await Stage.open();
  const { hostname: host, port } = new URL(stage.server.http ?? '');
  relay = new Relay({ host, port: Number(port) });
  const url = await relay.listen();
  town = await Townspeople.gather(stage, Random.ofRun('relay'), pacing.pairs, () => url);
});

afterEach(async () => {
  await stage.close();
  relay.stop();
});

/** What is measured while this is done instead of an attack. */
const during = (work: () => Promise<void> | void): Promise<Measured> => {
  const strike = async () => {
    await work();
    return { answers: { planted: 1 }, wrong: [] };
  };
  return measure(town, stage.server.pid, planted, strike, pacing);
};

test('a slow way is found: the p99 during the attack is more than five times that of the quiet', async () => {
  const measured = await during(async () => {
    relay.delayMs = 1_200;
    await sleep(1_000);
    relay.delayMs = 0;
  });
  expect(slowness(measured).map((words) => words.split(':')[0])).toEqual(['p99 of stored', 'p99 of delivered']);
});

test('a connection cut is found', async () => {
  const measured = await during(() => relay.cutOne());
  expect(verdict(planted, measured)).toContainEqual(expect.stringContaining('was disconnected with 1006'));
});

test('where nothing is lost, the reckoning finds nothing', async () => {
  const measured = await during(() => undefined);
  expect(measured.harm).toEqual([]);
  expect(await town.reckoning(stage)).toEqual([]);
});

test('a message lost is found at the reckoning', async () => {
  await during(() => {
    relay.isLossy = true;
  });
  expect(relay.isLossy).toBe(false);
  expect(await town.reckoning(stage, 2_000)).not.toEqual([]);
});
