/** Starts embedded-child.ts: a process with the embedded store, to be killed. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const hooks = fileURLToPath(new URL('typescript-hooks.mjs', import.meta.url));
const program = fileURLToPath(new URL('embedded-child.ts', import.meta.url));
const node = [process.execPath, '--conditions=source', '--import', hooks, program];

export interface Child {
  /** Whole lines said so far. */
  readonly lines: () => string[];
  /** Settles with the lines once there are so many, or when it has ended. */
  readonly said: (count: number) => Promise<string[]>;
  /** SIGKILL: nothing is flushed, nobody is told. */
  readonly kill: () => Promise<void>;
}

/** `fileBlocks`: no file may grow beyond this many blocks of the shell's `ulimit`, as on a disk that is full. */
export const startChild = (folder: string, mode: 'hold' | 'write', fileBlocks?: number): Child => {
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks};`;
  const child = spawn('sh', ['-c', `${limit} exec "$@"`, 'sh', ...node, folder, mode], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  let ended = false;
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    wake();
  });
  const gone = new Promise<void>((resolve) =>
    child.once('close', () => {
      ended = true;
      wake();
      resolve();
    }),
  );
  const lines = (): string[] => output.split('\n').slice(0, -1);
  const said = (count: number): Promise<string[]> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!ended && lines().length < count) return;
        waiting.delete(look);
        resolve(lines());
      };
      waiting.add(look);
      look();
    });
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return gone;
  };
  return { lines, said, kill };
};
