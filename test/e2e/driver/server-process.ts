/**
 * The server as a process of its own: started from dist/, spoken to over its ports, ended by its process id. It may be
 * started again on the same data. Whatever a test leaves running, `stopServers` and the end of this process end.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '#test/e2e/driver/log';
import { isReal, realEnv, setUp } from '#test/e2e/driver/real-backend';
import { within } from '#test/e2e/driver/wait';

export interface ServerOptions {
  /** Folder of the data; a new temporary one when absent. */
  readonly data?: string;
  readonly limits?: Readonly<Record<string, number>>;
  /** The file that node runs; the command line of the build when absent. */
  readonly entry?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly log: Log;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const mainFile = join(root, 'dist/src/cli/main.js');

/** Data folders whose tables and topics are there. */
const prepared = new Set<string>();

const running = new Set<ChildProcess>();
const folders = new Set<string>();

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hogmanay-e2e-'));
  folders.add(folder);
  return folder;
}

/** Ends every server that is still there and removes the data. */
export async function stopServers(): Promise<void> {
  const gone = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(gone);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Server {
  readonly data: string;
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  #output = '';
  #http: string | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.data = options.data ?? temporaryFolder();
  }

  /** `http://HOST:PORT`; undefined while the server is down. */
  get http(): string | undefined {
    return this.#http;
  }

  /** Where clients connect; undefined while the server is down. */
  readonly url = (): string | undefined => this.#http && `${this.#http.replace('http', 'ws')}/ws`;

  /** Id of the process; 0 before the first start. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What the process wrote since its last start, stderr included. */
  get output(): string {
    return this.#output;
  }

  /** When the process that runs now, or ran last, has ended. */
  get exited(): Promise<Exit> {
    return this.#exited;
  }

  /** Starts it, also again after its end, and waits until it takes traffic. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { limits = {}, entry = mainFile, log } = this.#options;
    const settings = Object.entries(limits).flatMap(([name, value]) => ['--limit', `${name}=${value}`]);
    const args = ['serve', '--port', '0', '--ops-port', '0', '--data', this.data, ...settings];
    const backend = isReal() ? realEnv(this.data) : {};
    if (isReal() && !prepared.has(this.data)) await setUp(mainFile, backend);
    prepared.add(this.data);
    const child = spawn(process.execPath, [entry, ...args], {
      env: { ...process.env, ...backend, ...this.#options.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#adopt(child);
    this.#output = '';
    const listening = new Promise<string>((resolve) => {
      const hear = (text: Buffer): void => {
        this.#output += text.toString('utf8');
        const line = /^listening on (http:\/\/\S+)$/m.exec(this.#output);
        if (line?.[1]) resolve(line[1]);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
    });
    const failed = this.#exited.then(({ code, signal }) => {
      throw new Error(`the server ended with ${code ?? signal} before it listened:\n${this.#output}`);
    });
    failed.catch(() => undefined);
    this.#http = await within(Promise.race([listening, failed]), () => `listening\n${this.#output}`, 20_000);
    log.note(`server ${child.pid} listens on ${this.#http}`);
  }

  #adopt(child: ChildProcess): void {
    running.add(child);
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        running.delete(child);
        if (this.#child === child) this.#http = undefined;
        const words = code === 0 || signal !== null ? '' : `: ${this.#output.slice(-2_000)}`;
        this.#options.log.note(`server ${child.pid} ended with ${code ?? signal}${words}`);
        resolve({ code, signal });
      });
    });
  }

  /** SIGKILL: the process has no time to do anything. */
  kill(): Promise<Exit> {
    return this.#end('SIGKILL', 5_000);
  }

  /** SIGTERM: the process drains and ends by itself. */
  terminate(withinMs = 10_000): Promise<Exit> {
    return this.#end('SIGTERM', withinMs);
  }

  #end(signal: NodeJS.Signals, withinMs: number): Promise<Exit> {
    this.#options.log.note(`${signal} to server ${this.#child?.pid}`);
    this.#child?.kill(signal);
    return within(this.#exited, () => `the end of the server after ${signal}\n${this.#output}`, withinMs);
  }
}
