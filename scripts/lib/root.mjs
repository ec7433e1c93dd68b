// Where the project lies, and how a script starts one of its tools.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The command that runs a tool of node_modules, without npx in between.
 * @param {string} script path inside node_modules
 * @param {string[]} args
 */
export const tool = (script, ...args) => [process.execPath, `${root}node_modules/${script}`, ...args];

/**
 * Runs a command in the project folder; with `quiet` its output is gathered instead of shown.
 * @param {string[]} command
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options] variables besides those of this process
 * @returns {Promise<{ status: number, output: string }>}
 */
export function run(command, { quiet = false, env = {} } = {}) {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const stdio = /** @type {import('node:child_process').StdioOptions} */ (
      quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    );
    const child = spawn(program, args, { cwd: root, stdio, env: { ...process.env, ...env } });
    let output = '';
    child.stdout?.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
    child.stderr?.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ status: 127, output: `${output}${error.message}\n` }));
    child.on('close', (status, signal) =>
      resolve({ status: status ?? 128, output: signal ? `${output}${signal}\n` : output }),
    );
  });
}
