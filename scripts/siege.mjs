// `npm run siege [-- --save]`: every attack with long phases, one line each; --save keeps the figures in docs/bench.
// Exit 1 when something was not borne.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { root, run, tool } from './lib/root.mjs';

/** @typedef {{ campaign: string, attacks: object[] }} Campaign */

const { values } = parseArgs({
  options: { save: { type: 'boolean', default: false } },
});

/** Where test/siege leaves its figures. */
const folder = join(root, 'node_modules', '.cache', 'hogmanay', 'siege');

async function siege() {
  const [busyBefore] = loadavg();
  rmSync(folder, { recursive: true, force: true });
  process.env['HOGMANAY_SIEGE'] = 'long';
  const config = ['--config', 'config/vitest.config.ts'];
  const { status } = await run(tool('vitest/vitest.mjs', 'run', ...config, 'test/siege/siege.test.ts'));
  if (values.save) save(busyBefore ?? 0);
  return status;
}

/**
 * @param {string} name
 * @returns {Campaign}
 */
function figuresIn(name) {
  const figures = /** @type {unknown} */ (JSON.parse(readFileSync(join(folder, name), 'utf8')));
  return /** @type {Campaign} */ (figures);
}

/**
 * What else this machine was doing: far above 0, only the ratios say something.
 * @param {number} busyBefore
 */
function save(busyBefore) {
  const campaigns = readdirSync(folder).map(figuresIn);
  const report = {
    what: 'p99 (ms) of a crowd of 40 in pairs without and with each attack, and the memory of the server (MiB)',
    machine: { cpus: cpus().length, model: cpus()[0]?.model, arch: arch(), node: process.version, busyBefore },
    campaigns,
  };
  const bench = join(root, 'docs', 'bench');
  mkdirSync(bench, { recursive: true });
  const file = join(bench, `${new Date().toISOString().slice(0, 10)}-siege.json`);
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

const { status, output } = await build({ quiet: true });
if (status !== 0) process.stdout.write(output);
process.exitCode = status === 0 ? await siege() : status;
