/** What the tests of the services share: the command line as a user calls it, and one command to a Redis. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '#scripts/services/redis';
import { waitFor } from '#scripts/services/wait';
import { root } from '#test/house/sources';

export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Status {
  readonly up: boolean;
  readonly services: Readonly<Record<string, { readonly url: string; readonly given: boolean }>>;
  readonly processes: readonly { readonly name: string; readonly port: number; readonly pid: number }[];
}

/** Runs `npm run services -- ...`, in an environment that names no services unless `env` does. */
export const services = (args: readonly string[], env: Record<string, string> = {}): Promise<Said> => {
  const child = startCommand(args, env);
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...said })));
};

export const startCommand = (args: readonly string[], env: Record<string, string> = {}) => {
  const none = { HOGMANAY_REDIS: '', HOGMANAY_KAFKA: '', HOGMANAY_DYNAMODB: '' };
  return spawn(process.execPath, [join(root, 'scripts/services.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...none, ...env },
  });
};

export const statusOf = ({ stdout }: Said): Status => JSON.parse(stdout) as Status;

/** A name for a folder that is not there yet. */
export const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hogmanay-test-'));
  rmSync(folder, { recursive: true });
  return folder;
};

export const redis = ({ port }: { readonly port: number }, command: string, ...args: string[]): Promise<unknown> =>
  ask(port, command, args);

/** Waits until it holds; one that fails meanwhile does not hold yet. */
export const eventually = (holds: () => boolean | Promise<boolean>, withinMs: number): Promise<void> =>
  waitFor(String(holds), async () => holds(), { withinMs });
