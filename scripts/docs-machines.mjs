// `npm run docs:machines` draws every statechart of machines/ into docs/machines/. A test sees to it
// that they are current.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, isStale } from './lib/build.mjs';
import { root } from './lib/root.mjs';

/**
 * @typedef {object} Drawing
 * @property {(machines: object) => string} machineIndex
 * @property {(machine: unknown, source: string) => string} machinePage
 */

if (isStale()) {
  const { status, output } = await build({ quiet: true });
  process.stderr.write(output);
  if (status !== 0) process.exit(1);
}

/**
 * @param {string} path of a source, below the project folder and without its ending
 * @returns {Promise<unknown>}
 */
const built = (path) => import(pathToFileURL(`${join(root, 'dist', path)}.js`).href);

/** `inbox-shard.ts` exports `inboxShardMachine`. @param {string} name */
async function machineOf(name) {
  const exported = `${name.replace(/-(.)/g, (_, /** @type {string} */ letter) => letter.toUpperCase())}Machine`;
  const machine = /** @type {Record<string, unknown>} */ (await built(`machines/${name}`))[exported];
  if (machine === undefined) throw new Error(`machines/${name}.ts must export ${exported}`);
  return machine;
}

const names = readdirSync(join(root, 'machines'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

/** @type {Record<string, unknown>} */
const machines = {};
for (const name of names) machines[name] = await machineOf(name);

const { machineIndex, machinePage } = /** @type {Drawing} */ (await built('src/testkit/draw-machine'));

/** @type {[string, string][]} */
const pages = names.map((name) => [name, machinePage(machines[name], `../../machines/${name}.ts`)]);
pages.push(['README', machineIndex(machines)]);
const folder = join(root, 'docs', 'machines');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, page] of pages) writeFileSync(join(folder, `${name}.md`), page);
