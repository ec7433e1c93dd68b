// What can happen to the file of a durable Redis while it is dead: gone, or without its end. For tests of what the
// product makes of that.
import { existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./processes.mjs').ServiceProcess} ServiceProcess */

/** @param {ServiceProcess} server */
function logFolder({ folder, alive, name }) {
  if (alive) throw new Error(`${name} runs: kill it first`);
  return join(folder, 'appendonlydir');
}

/** The server starts empty. @param {ServiceProcess} server dead */
export function deleteAof(server) {
  rmSync(logFolder(server), { recursive: true, force: true });
}

/**
 * Takes the last bytes off the log; the server starts on what is left.
 * @param {ServiceProcess} server dead
 * @param {number} bytes
 */
export function cutAof(server, bytes) {
  const folder = logFolder(server);
  const logs = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.incr.aof')) : [];
  const last = logs.sort().at(-1);
  if (last === undefined) throw new Error(`${server.name} has no log to cut`);
  const file = join(folder, last);
  truncateSync(file, Math.max(0, statSync(file).size - bytes));
}
