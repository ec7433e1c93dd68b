/** One seed, one trace: byte for byte the same in a fresh process, where nothing of an earlier run is left. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '#test/nodes/run';

const seeds = ['trace-1', 'trace-2', 'trace-3'];
const digests = (): string => seeds.map((seed) => `${seed} ${run(seed).digest}`).join('\n');

/** Where the fresh process leaves its digests; unset in the process that compares. */
const out = process.env['HOGMANAY_TRACE_OUT'];

const writeDigests = (file: string): void => {
  it('writes the digests of its runs', () => {
    writeFileSync(file, digests());
    expect(digests()).toBe(readFileSync(file, 'utf8'));
  });
};

const inFreshProcess = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hogmanay-trace-'));
  const file = join(folder, 'digests');
  const config = ['--config', 'config/vitest.config.ts', 'test/nodes/trace.test.ts'];
  try {
    const env = { ...process.env, HOGMANAY_TRACE_OUT: file };
    execFileSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...config], { env, stdio: 'pipe' });
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const compare = (): void => {
  it('the same seed gives the same trace in a fresh process', { timeout: 120_000 }, () => {
    // After other runs, so that whatever they leave behind in this process would show.
    run('something else');
    expect(inFreshProcess()).toBe(digests());
  });

  it('different seeds give different traces', () => {
    expect(new Set(seeds.map((seed) => run(seed).digest)).size).toBe(seeds.length);
  });
};

if (out === undefined) compare();
else writeDigests(out);
