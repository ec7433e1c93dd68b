// Free ports that stay ours: below those which the system gives to outgoing connections (a killed service must get its
// port back), and noted in a file each, so that two sets that start at once, or one with a dead member, do not meet.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const first = 15_000;
const count = 15_000;
const attempts = 2_000;

/** Of this user: what others reserve shows when the port is tried. */
const notes = () => join(tmpdir(), `hogmanay-ports-${userInfo().uid}`);

/** @param {number} port @returns {Promise<boolean>} */
const canListen = (port) =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });

/**
 * Notes that a port belongs to the set in this folder; false when another set that is still there has it.
 * @param {number} port
 * @param {string} folder
 */
function note(port, folder) {
  const file = join(notes(), String(port));
  if (existsSync(file) && !existsSync(readFileSync(file, 'utf8'))) rmSync(file, { force: true });
  try {
    writeFileSync(file, folder, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

/**
 * So many ports of 127.0.0.1, free now and reserved for the set of services in `folder`.
 * @param {number} wanted
 * @param {string} folder must exist: a reservation lasts as long as its folder
 * @returns {Promise<number[]>}
 */
export async function reservePorts(wanted, folder) {
  mkdirSync(notes(), { recursive: true, mode: 0o700 });
  /** @type {number[]} */
  const ports = [];
  for (let attempt = 0; attempt < attempts && ports.length < wanted; attempt++) {
    const port = first + Math.floor(Math.random() * count);
    if (!ports.includes(port) && note(port, folder) && (await canListen(port))) ports.push(port);
  }
  if (ports.length < wanted) throw new Error(`found only ${ports.length} of ${wanted} free ports`);
  return ports;
}

/** Gives all ports of a set back. @param {string} folder */
export function releasePorts(folder) {
  if (!existsSync(notes())) return;
  for (const name of readdirSync(notes())) {
    const file = join(notes(), name);
    if (existsSync(file) && readFileSync(file, 'utf8') === folder) rmSync(file, { force: true });
  }
}
