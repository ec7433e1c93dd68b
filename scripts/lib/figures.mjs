// What a bench found, kept where `--save` wants it: docs/bench/<date>-<name>.json, laid out as the formatter does.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './root.mjs';

/** Taken before anything runs: far above 0, only the ratios say something. */
const [busyBefore] = loadavg();

/**
 * Writes the figures if the command line says `--save`.
 * @param {string} name
 * @param {object} figures
 */
export async function save(name, figures) {
  if (!process.argv.includes('--save')) return;
  const folder = join(root, 'docs/bench');
  const file = join(folder, `${new Date().toISOString().slice(0, 10)}-${name}.json`);
  const machine = { cpus: cpus().length, node: process.version, busyBefore };
  const layout = await resolveConfig(file, { config: join(root, 'config/prettier.json') });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, await format(JSON.stringify({ machine, ...figures }), { ...layout, filepath: file }));
}
