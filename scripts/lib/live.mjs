// The part `services` of `npm test`: real Redis, Kafka and DynamoDB for the tests that want them, up before these run
// and gone after them. Where they cannot be had the live tests are left out aloud; where CI=true that is a failure.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { givenIn } from '../services/given.mjs';
import { Missing } from '../services/install.mjs';
import { startServices } from '../services/start.mjs';
import { root } from './root.mjs';

/** @typedef {import('./parts.mjs').Part} Part */
/** @typedef {{ part: Part, notes: string[] }} Told */
/** @typedef {Told & { env: Record<string, string>, stop: (failed: boolean) => Promise<void> }} Live */

/** Where tests lie that speak to real services. */
const folders = ['test/live', 'test/faults', 'test/e2e'];

/** @param {string} folder */
const testsIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`);

/**
 * False only when every argument is a path or a part of one, and none matches a test that may want services.
 * @param {readonly string[]} args those of the test runner
 */
export function wantsServices(args) {
  if (args.length === 0 || args.some((arg) => arg.startsWith('-'))) return true;
  return folders.flatMap(testsIn).some((file) => args.some((arg) => file.includes(arg)));
}

/**
 * What it means that services could not be had: a failure where that must not be, otherwise a loud omission.
 * @param {unknown} error
 * @param {{ isCi: boolean, ms: number, files: number }} where how many files of tests are left out
 * @returns {Told}
 */
export function without(error, { isCi, ms, files }) {
  const { message, cause } = /** @type {Error} */ (error);
  const reason = [message, ...(cause instanceof Error ? [cause.message] : [])].join('\n');
  const isSkipped = error instanceof Missing && !isCi;
  const notes = isSkipped
    ? [`skipped: all ${files} files of test/live: ${reason}`]
    : [`failed: services: ${reason}`, `left out: all ${files} files of test/live`];
  const counted = isSkipped ? { failed: 0, skipped: files } : { failed: 1, skipped: 0 };
  return { part: { name: 'services', passed: 0, ...counted, ms }, notes };
}

/**
 * Starts what the environment does not name. The set ends with this process, however it ends.
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<Live>}
 */
export async function startLive(env) {
  const started = performance.now();
  const say = (/** @type {string} */ line) => void process.stdout.write(`  ${line}\n`);
  try {
    const services = await startServices({ given: givenIn(env), say });
    const part = { name: 'services', passed: 1, failed: 0, skipped: 0, ms: performance.now() - started };
    process.stdout.write('✓ services\n');
    const stop = async (/** @type {boolean} */ failed) => {
      await services.stop({ keepLogs: failed });
      if (failed) process.stdout.write(`logs of the services: ${services.folder}\n`);
    };
    return { part, notes: [], env: services.env, stop };
  } catch (error) {
    const where = { isCi: env['CI'] === 'true', ms: performance.now() - started, files: testsIn('test/live').length };
    const told = without(error, where);
    process.stdout.write(`✗ services\n${told.notes.map((note) => `${note}\n`).join('')}`);
    return { ...told, env: { HOGMANAY_LIVE: 'off' }, stop: () => Promise.resolve() };
  }
}
