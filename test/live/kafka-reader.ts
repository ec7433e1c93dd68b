/** Starts a program of this folder as a process of its own, to be killed. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '#test/house/sources';

const hooks = join(root, 'test/ports/typescript-hooks.mjs');

export const startReader = ([program = '', ...args]: readonly string[]) => {
  const file = join(root, 'test/live', program);
  const child = spawn(process.execPath, ['--conditions=source', '--import', hooks, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    until: (are: (lines: readonly string[]) => boolean): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (are(output.split('\n'))) resolve();
        };
        child.stdout.on('data', look);
        void gone.then(() => reject(new Error(`${program} ended: ${output}`)));
        look();
      }),
    /** SIGKILL: it says nothing to its group any more. */
    kill: (): Promise<void> => {
      child.kill('SIGKILL');
      return gone;
    },
  };
};
