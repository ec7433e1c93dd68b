// Processes of a benchmark: start one and wait for its line, run one to its end, stop what is left whatever happens.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** @typedef {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} Child */

/** @type {Set<Child>} */
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Child}
 */
function launch(args, env) {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/**
 * A server, once it says where it listens.
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
export async function startServer(args, env = {}) {
  const child = launch(args, env);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^listening on (http:\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      pid: child.pid ?? 0,
      async stop() {
        child.kill('SIGKILL');
        await gone;
      },
    };
  }
  throw new Error(`${args.join(' ')} ended before it listened`);
}

/**
 * What a process printed; it must end with 0.
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<string>}
 */
export async function outputOf(args, env = {}) {
  const child = launch(args, env);
  const status = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  for await (const text of child.stdout) output += String(text);
  if ((await status) !== 0) throw new Error(`${args.join(' ')} failed`);
  return output;
}
