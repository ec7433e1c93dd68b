// What is known of a set of services, in a file of its folder: enough for another process to see it, end it and hand
// its addresses on. Written at each change, whole or not at all.
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { isAlive, signalTo } from './processes.mjs';
import { releasePorts } from './ports.mjs';
import { waitFor } from './wait.mjs';

/** @typedef {import('./processes.mjs').Spec} Spec */
/** @typedef {import('./processes.mjs').Identity} Identity */
/** @typedef {import('./topology.mjs').Topology} Topology */

/** The addresses of services that were there already and are none of our business but to be used. */
/** @typedef {{ redis?: string, kafka?: string, dynamodb?: string }} Given */

/**
 * @typedef {object} State
 * @property {1} v
 * @property {Topology} topology
 * @property {Given} given
 * @property {{ spec: Spec, identity?: Identity | undefined }[]} members
 */

const endsWithinMs = 10_000;

/** Where `npm run services` keeps the set of this user. */
export const usualFolder = () => join(tmpdir(), `hogmanay-services-${userInfo().uid}`);

/** @param {string} folder */
const fileIn = (folder) => join(folder, 'services.json');

/** @param {string} folder @returns {State | undefined} undefined when there is no set in this folder */
export function readState(folder) {
  if (!existsSync(fileIn(folder))) return undefined;
  const state = /** @type {unknown} */ (JSON.parse(readFileSync(fileIn(folder), 'utf8')));
  return /** @type {State} */ (state);
}

/** Makes the folder that of one set; fails when it is another's. @param {string} folder */
export function claim(folder) {
  try {
    writeFileSync(fileIn(folder), '{}', { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new Error(`${folder} belongs to another set of services`, { cause: error });
  }
}

/** @param {string} folder @param {State} state */
export function writeState(folder, state) {
  const aside = `${fileIn(folder)}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(aside, fileIn(folder));
}

/**
 * Ends every process of the set, by id, and removes its folder. Their data is temporary: they are killed.
 * @param {string} folder
 * @param {{ keepLogs?: boolean }} [options] leaves the logs, and nothing else, in the folder
 * @returns {Promise<number>} how many were running
 */
export async function endAll(folder, { keepLogs = false } = {}) {
  const state = readState(folder);
  if (state === undefined) return 0;
  const { members } = state;
  const running = members.filter(({ identity }) => isAlive(identity));
  for (const { identity } of running) signalTo(identity, 'SIGKILL');
  const areGone = async () => !running.some(({ identity }) => isAlive(identity));
  await waitFor('the end of the services', areGone, { withinMs: endsWithinMs });
  if (keepLogs && members.length > 0) removeData(members.map(({ spec }) => spec));
  else rmSync(folder, { recursive: true, force: true });
  rmSync(fileIn(folder), { force: true });
  releasePorts(folder);
  return running.length;
}

/** @param {Spec[]} specs */
function removeData(specs) {
  for (const { folder, logFile } of specs.filter((spec) => existsSync(spec.folder))) {
    const data = readdirSync(folder).filter((name) => name !== basename(logFile));
    for (const name of data) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
