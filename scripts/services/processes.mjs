// One service as a process of its own: started with its output in a file, known by id and time of start (so that an id
// that was given to somebody else is left alone), killed, paused and started again at will.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { waitFor } from './wait.mjs';

const endsWithinMs = 10_000;

/**
 * How a service is started; plain data, kept in the state of its set.
 * @typedef {object} Spec
 * @property {string} name such as `shard-0-replica-1`
 * @property {'redis' | 'sentinel' | 'durable' | 'kafka' | 'dynamodb'} kind
 * @property {number} port on 127.0.0.1
 * @property {string} folder its data, and the folder it runs in
 * @property {string} logFile
 * @property {string[]} command program and arguments
 * @property {Record<string, string>} env besides that of this process
 */

/** @typedef {{ pid: number, born: string }} Identity */

/**
 * When the process with this id was born, in the system's own measure; undefined when there is none (one that ended
 * and that nobody has asked for yet counts as none).
 * @param {number} pid
 */
export function bornAt(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  const file = `/proc/${pid}/stat`;
  if (!existsSync('/proc/self/stat')) return 'unknown';
  try {
    const fields = readFileSync(file, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** @param {Identity | undefined} identity */
export const isAlive = (identity) => identity !== undefined && bornAt(identity.pid) === identity.born;

/**
 * Sends a signal to the very process that was started, and to no other.
 * @param {Identity | undefined} identity
 * @param {NodeJS.Signals} signal
 */
export function signalTo(identity, signal) {
  if (identity !== undefined && isAlive(identity)) process.kill(identity.pid, signal);
}

export class ServiceProcess {
  /** @type {Identity | undefined} */
  #identity;
  /** @type {() => void} */
  #changed;
  /** @type {(service: ServiceProcess) => Promise<boolean>} */
  #isReady;

  /**
   * @param {Spec} spec
   * @param {object} parts
   * @param {(service: ServiceProcess) => Promise<boolean>} parts.isReady asked until it says yes
   * @param {() => void} parts.changed called when the process has another id
   * @param {Identity} [parts.identity] of the process, when it runs already
   */
  constructor(spec, { isReady, changed, identity }) {
    this.spec = spec;
    this.#isReady = isReady;
    this.#changed = changed;
    this.#identity = identity;
  }

  get name() {
    return this.spec.name;
  }

  get port() {
    return this.spec.port;
  }

  /** Where its data lies: a test may cut or delete it while the process is dead. */
  get folder() {
    return this.spec.folder;
  }

  get identity() {
    return this.#identity;
  }

  /** Id of the process, or of the last one; 0 before the first. */
  get pid() {
    return this.#identity?.pid ?? 0;
  }

  get alive() {
    return isAlive(this.#identity);
  }

  /** Starts it, without waiting until it answers. It outlives this process: who starts a set also ends it. */
  start() {
    if (this.alive) throw new Error(`${this.name} runs already`);
    const { command, folder, logFile, env } = this.spec;
    const [program = '', ...args] = command;
    const log = openSync(logFile, 'a');
    const stdio = /** @type {import('node:child_process').StdioOptions} */ (['ignore', log, log]);
    const child = spawn(program, args, { cwd: folder, detached: true, stdio, env: { ...process.env, ...env } });
    closeSync(log);
    child.on('error', () => undefined);
    child.unref();
    const born = child.pid === undefined ? undefined : bornAt(child.pid);
    this.#identity = child.pid === undefined || born === undefined ? undefined : { pid: child.pid, born };
    this.#changed();
  }

  /**
   * Resolves when it answers; rejects when it ended or takes too long, with the end of its log.
   * @param {number} [withinMs]
   * @param {AbortSignal} [signal]
   */
  async ready(withinMs = 60_000, signal) {
    try {
      const isGone = () => !this.alive;
      await waitFor(this.name, () => this.#isReady(this), { withinMs, isGone, signal });
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${reason}\n${this.log(15)}\n(log: ${this.spec.logFile})`, { cause: error });
    }
  }

  /** kill -9; resolves when the process is gone. */
  async kill() {
    signalTo(this.#identity, 'SIGKILL');
    await waitFor(`the end of ${this.name}`, async () => !this.alive, { withinMs: endsWithinMs });
  }

  /** Stops it in its tracks: connections stay, answers do not come. */
  pause() {
    signalTo(this.#identity, 'SIGSTOP');
  }

  resume() {
    signalTo(this.#identity, 'SIGCONT');
  }

  /** Kills it if need be and starts it on the data it has; resolves when it answers. */
  async restart() {
    await this.kill();
    this.start();
    await this.ready();
  }

  /** The last lines of its log. @param {number} [lines] */
  log(lines = 50) {
    const { logFile } = this.spec;
    return existsSync(logFile) ? readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '';
  }
}
