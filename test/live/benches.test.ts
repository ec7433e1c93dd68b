// The benches of the real backend at work, small and short: that they measure and clean up after themselves, not how
// fast this machine is now.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { liveServices } from '#test/live/services';

const root = fileURLToPath(new URL('../..', import.meta.url));
const slowMs = 120_000;

/** What it printed. Status 1 means that a budget was missed, which says nothing in so short a run. */
const measured = (name: string): Promise<string> => {
  const { redis, kafka, dynamodb } = liveServices();
  const env = { ...process.env, HOGMANAY_REDIS: redis, HOGMANAY_KAFKA: kafka, HOGMANAY_DYNAMODB: dynamodb };
  return new Promise((resolve, reject) =>
    execFile(process.execPath, [`test/bench/${name}.mjs`, '--quick'], { cwd: root, env }, (error, output, told) => {
      const isMeasured = error === null || (error.code === 1 && !told.includes('Error'));
      if (isMeasured) resolve(output);
      else reject(new Error(`${name}: ${told}`));
    }),
  );
};

describe('the benches', () => {
  test('the adapters against their bare clients', { timeout: slowMs }, async () => {
    const found = await measured('adapters');
    expect(found.match(/: \d+\.\d\d of bare/g)).toHaveLength(8);
  });

  test('the log against a bare producer', { timeout: slowMs }, async () => {
    const found = await measured('produce');
    expect(found.match(/\d+ records\/s, \d+\.\d\d of bare/g)).toHaveLength(2);
  });

  test('three servers on one conversation against one', { timeout: slowMs }, async () => {
    const found = await measured('servers');
    const report = JSON.parse(found.slice(found.indexOf('\n{\n'))) as {
      readonly threeServers: { readonly ratio: number; readonly leastShare: number };
      readonly realStack: { readonly perSecond: number };
    };
    expect(report.threeServers.ratio).toBeGreaterThan(0);
    expect(report.threeServers.leastShare).toBeLessThan(0.334);
    expect(report.realStack.perSecond).toBeGreaterThan(0);
  });
});
