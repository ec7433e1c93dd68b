/** Starts embedded-child.ts: a process with the embedded store, to be killed. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const hooks = fileURLToPath(new URL('typescript-hooks.mjs', import.meta.url));
const program = fileURLToPath(new URL('embedded-child.ts', import.meta.url));
const node = [process.execPath, '--conditions=source', '--import', hooks, program];

export interface Child {
  /** Whole lines said so far. */
  readonly lines: () => string[];
  /** Settles with the lines once `are` enough of them were said. Fails when the child ends before. */
  readonly until: (are: (lines: readonly string[]) => boolean) => Promise<readonly string[]>;
  /** Settles with all lines when the child has ended by itself. */
  readonly end: () => Promise<readonly string[]>;
  /** SIGKILL: nothing is flushed, nobody is told. */
  readonly kill: () => Promise<void>;
}

/** `fileBlocks`: no file may grow beyond this many blocks of the shell's `ulimit`, as on a disk that is full. */
export const startChild = (folder: string, mode: 'hold' | 'write', fileBlocks?: number): Child => {
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks};`;
  const child = spawn('sh', ['-c', `${limit} exec "$@"`, 'sh', ...node, folder, mode], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  let ended = false;
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const gone = new Promise<void>((resolve) =>
    child.once('close', () => {
      ended = true;
      wake();
      resolve();
    }),
  );
  const lines = (): string[] => output.split('\n').slice(0, -1);
  const until = (are: (said: readonly string[]) => boolean): Promise<readonly string[]> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const isEnough = are(lines());
        if (!ended && !isEnough) return;
        waiting.delete(look);
        if (isEnough) resolve(lines());
        else reject(new Error(`the child ended: ${lines().slice(-3).join('; ')} ${errors}`));
      };
      waiting.add(look);
      look();
    });
  const kill = (): Promise<void> => {
    child.kill('SIGKILL');
    return gone;
  };
  return { lines, until, end: () => gone.then(lines), kill };
};
