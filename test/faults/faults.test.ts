// Every live fault, once, while people talk to three servers: nothing `stored` or `queued` is lost, doubled or
// reordered, and no other promise of docs/protocol.md is broken. `npm run test:faults` has more people, the limits as
// they are by default, longer outages, and several rounds.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revive, startServices } from '#scripts/services/start';
import type { Services } from '#scripts/services/services';
import { Random } from '#test/e2e/driver/random';
import { faults } from '#test/faults/all';
import type { Pacing } from '#test/faults/fault';
import { endure } from '#test/faults/run';
import type { Outcome } from '#test/faults/run';

process.env['HOGMANAY_TEST_BACKEND'] = 'real';

const rounds = Number(process.env['HOGMANAY_FAULTS_ROUNDS'] ?? 0);
const only = process.env['HOGMANAY_FAULTS_ONLY'] ?? '';
const report = process.env['HOGMANAY_FAULTS_REPORT'];

const short: Pacing = {
  ...{ pairs: 6, groupOf: 4, ahead: 4, pauseMs: 60, talkMs: 1_000, awayMs: 1_000, stoppedMs: 9_000, healMs: 45_000 },
  limits: { 'breaker.openMs': 2_000 },
};
const long: Pacing = {
  ...{
    pairs: 30,
    groupOf: 6,
    ahead: 2,
    pauseMs: 1_500,
    talkMs: 3_000,
    awayMs: 5_000,
    stoppedMs: 60_000,
    healMs: 120_000,
  },
  limits: {},
};
const isLong = rounds > 0;
const pacing = isLong ? long : short;
const timeout = pacing.healMs * 3 + pacing.stoppedMs;

let services: Services;
const outcomes: Outcome[] = [];

beforeAll(async () => {
  services = await startServices(isLong ? {} : { shards: 2, replicas: 1 });
  Object.assign(process.env, services.env);
}, 120_000);

afterAll(() => services.stop());

/** What a fault that failed has left as it was. */
const mend = async (): Promise<void> => {
  for (const one of services.processes) if (one.alive) one.resume();
  await revive(services, { say: () => undefined, signal: AbortSignal.timeout(60_000) });
};

const line = ({ fault, stored, queued, refused, silenceMs, recoveryMs }: Outcome): string =>
  `${fault}: ${stored} stored, ${queued} of them queued first, ${refused} refused; ` +
  `nobody answered for ${silenceMs} ms, everyone again ${recoveryMs} ms after\n`;

const save = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(outcomes, null, 2)}\n`);
};

const chosen = faults.filter(({ name }) => name.includes(only));

describe.each(Array.from({ length: Math.max(1, rounds) }, (_, index) => index + 1))('round %i', () => {
  test.each(chosen)('D26 C8 C11 K6: $name', { timeout }, async (fault) => {
    await mend();
    const outcome = await endure(fault, services, Random.ofRun(fault.name), pacing);
    outcomes.push(outcome);
    process.stdout.write(line(outcome));
    if (report !== undefined) save(report);
    expect(outcome.findings).toBe('');
    expect(outcome.stored).toBeGreaterThan(pacing.pairs * 2);
  });
});
