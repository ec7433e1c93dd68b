// The parts of `npm test`: the static checks, the build and the tests, in the order in which they are reported.
import { root, run, tool } from './root.mjs';
import { build } from './build.mjs';
import { join } from 'node:path';

/** @typedef {{ name: string, passed: number, failed: number, skipped: number, ms: number }} Part */
/** @typedef {{ name: string, repair: string, run: () => Promise<{ status: number, output: string }> }} Check */

export const reportFile = join(root, 'node_modules', '.cache', 'hogmanay', 'tests.json');

const prettier = ['--config', 'config/prettier.json', '--ignore-path', 'config/prettierignore', '--check', '.'];
const rooms = ['--config', 'config/rooms.config.js', '--output-type', 'err-long', 'src', 'machines', 'actors', 'test'];

/** @param {string[]} command */
const quietly = (command) => () => run(command, { quiet: true });

/** The pages are checked apart: they know the DOM. */
async function types() {
  for (const project of ['tsconfig.json', 'config/tsconfig.web.json']) {
    const result = await run(tool('typescript/bin/tsc', '--project', project), { quiet: true });
    if (result.status !== 0) return result;
  }
  return { status: 0, output: '' };
}

/** @type {Check[]} */
export const checks = [
  { name: 'build', repair: 'npm run build', run: () => build({ quiet: true }) },
  {
    name: 'lint',
    repair: 'npm run lint',
    run: quietly(tool('eslint/bin/eslint.js', '--config', 'config/eslint.config.js', '.')),
  },
  { name: 'types', repair: 'npm run types', run: types },
  {
    name: 'rooms',
    repair: 'npm run lint:rooms',
    run: quietly(tool('dependency-cruiser/bin/dependency-cruise.mjs', ...rooms)),
  },
  {
    name: 'unused',
    repair: 'npm run lint:unused',
    run: quietly(tool('knip/bin/knip.js', '--config', 'config/knip.json', '--tsConfig', 'tsconfig.build.json')),
  },
  { name: 'format', repair: 'npm run format', run: quietly(tool('prettier/bin/prettier.cjs', ...prettier)) },
];

/**
 * Runs the checks, a few at a time; each shows its output only when it failed.
 * @param {Check[]} list
 * @param {number} atOnce
 * @returns {Promise<Part[]>}
 */
export async function runChecks(list, atOnce) {
  /** @type {Part[]} */
  const parts = [];
  const waiting = [...list];
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) parts.push(await runCheck(check));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const order = list.map(({ name }) => name);
  return parts.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/**
 * @param {Check} check
 * @returns {Promise<Part>}
 */
async function runCheck(check) {
  const started = performance.now();
  const { status, output } = await check.run();
  const ms = performance.now() - started;
  const failed = status === 0 ? 0 : 1;
  process.stdout.write(failed ? `✗ ${check.name} (again: ${check.repair})\n${output}\n` : `✓ ${check.name}\n`);
  return { name: check.name, passed: 1 - failed, failed, skipped: 0, ms };
}
