// `npm run test:faults -- [--rounds 3] [--only TEXT] [--save]`: every live fault under load, with sixty people, the
// limits as they are by default and long outages, on services of its own; a line for each as it ends, a table at the
// end. HOGMANAY_SEED repeats a run. --save keeps the table in docs/faults. Exit 1: a promise was broken.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { root, run, tool } from './lib/root.mjs';

/**
 * @typedef {object} Outcome
 * @property {string} fault
 * @property {number} seed
 * @property {number} people
 * @property {number} stored
 * @property {number} queued
 * @property {number} refused
 * @property {number} silenceMs
 * @property {number} recoveryMs
 * @property {string} findings
 */

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    save: { type: 'boolean', default: false },
  },
});
const report = join(root, 'node_modules', '.cache', 'hogmanay', 'faults.json');

/** @param {number} ms */
const seconds = (ms) => (ms / 1_000).toFixed(1);

/** @param {readonly number[]} ms */
const range = (ms) =>
  Math.min(...ms) === Math.max(...ms) ? seconds(ms[0] ?? 0) : `${seconds(Math.min(...ms))}-${seconds(Math.max(...ms))}`;

/** @param {readonly number[]} counts */
const sum = (counts) => counts.reduce((all, one) => all + one, 0);

/** @param {readonly Outcome[]} outcomes */
function table(outcomes) {
  const names = [...new Set(outcomes.map(({ fault }) => fault))];
  const rows = names.map((name) => {
    const mine = outcomes.filter(({ fault }) => fault === name);
    const broken = mine.filter(({ findings }) => findings !== '').length;
    const cells = [
      ...[name, mine.length, sum(mine.map(({ stored }) => stored)), sum(mine.map(({ queued }) => queued))],
      ...[sum(mine.map(({ refused }) => refused)), range(mine.map(({ silenceMs }) => silenceMs))],
      ...[range(mine.map(({ recoveryMs }) => recoveryMs)), broken === 0 ? 'none' : `in ${broken} rounds`],
      mine.map(({ seed }) => seed).join(' '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const heads = ['fault', 'rounds', 'stored', 'queued first', 'asked to repeat', 'nobody answered (s)'];
  const head = [...heads, 'all served again after (s)', 'promises broken', 'seeds'];
  return [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}

/** @param {readonly Outcome[]} outcomes @param {number} ms */
function page(outcomes, ms) {
  const date = new Date().toISOString().slice(0, 10);
  const text = [
    `# Live faults, ${date}`,
    '',
    `\`npm run test:faults -- --rounds ${values.rounds}\`: three app servers, ${outcomes[0]?.people ?? 0} people who ` +
      'talk in pairs and groups, limits as they are by default, one checker for all promises. ' +
      `${outcomes.length} faults in ${Math.round(ms / 60_000)} minutes, on ${cpus().length} cores for everything.`,
    '',
    '"Nobody answered" is the longest time without any answer for anybody. "All served again" counts from the moment ' +
      'at which everything was whole again until each of them had been told `stored`.',
    '',
    table(outcomes),
    '',
  ].join('\n');
  const folder = join(root, 'docs', 'faults');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${date}.md`), text);
}

async function faults() {
  const started = performance.now();
  rmSync(report, { force: true });
  const env = {
    HOGMANAY_FAULTS_ROUNDS: values.rounds,
    HOGMANAY_FAULTS_ONLY: values.only,
    HOGMANAY_FAULTS_REPORT: report,
  };
  const config = ['--config', 'config/vitest.config.ts'];
  const { status } = await run(tool('vitest/vitest.mjs', 'run', ...config, 'test/faults/faults.test.ts'), { env });
  const written = /** @type {unknown} */ (JSON.parse(readFileSync(report, 'utf8')));
  const outcomes = /** @type {Outcome[]} */ (written);
  process.stdout.write(`\n${table(outcomes)}\n`);
  if (values.save) page(outcomes, performance.now() - started);
  return status;
}

const { status, output } = await build({ quiet: true });
if (status !== 0) process.stdout.write(output);
process.exitCode = status === 0 ? await faults() : status;
