// Commands that install or prepare something: their output is kept, and shown when they fail.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const shownLines = 20;

/**
 * Runs a command to its end; fails with the last lines of its output.
 * @param {string[]} command
 * @param {{ cwd?: string, env?: Record<string, string>, signal?: AbortSignal | undefined }} [options]
 * @returns {Promise<string>} what it printed
 */
export function run(command, { cwd, env, signal } = {}) {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      ...(signal === undefined ? {} : { signal }),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let output = '';
    const gather = (/** @type {Buffer} */ chunk) => (output += chunk.toString());
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    child.on('error', (error) => reject(new Error(`${program}: ${error.message}`)));
    child.on('close', (status, ended) => {
      if (status === 0) return resolve(output);
      const end = output.trimEnd().split('\n').slice(-shownLines).join('\n');
      reject(new Error(`${command.slice(0, 3).join(' ')} … failed (${ended ?? status}):\n${end}`));
    });
  });
}

/** Where a program of this name is on PATH; undefined: nowhere. @param {string} name */
export const pathOf = (name) =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });

/** @param {string} name */
export const hasCommand = (name) => pathOf(name) !== undefined;
