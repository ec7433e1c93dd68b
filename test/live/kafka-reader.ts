/** Starts kafka-child.ts: a process with a member of a group, to be killed. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const hooks = fileURLToPath(new URL('../ports/typescript-hooks.mjs', import.meta.url));
const program = fileURLToPath(new URL('kafka-child.ts', import.meta.url));

export const startReader = (args: readonly string[]) => {
  const child = spawn(process.execPath, ['--conditions=source', '--import', hooks, program, ...args], {
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
        void gone.then(() => reject(new Error(`the child ended: ${output}`)));
        look();
      }),
    /** SIGKILL: it says nothing to its group any more. */
    kill: (): Promise<void> => {
      child.kill('SIGKILL');
      return gone;
    },
  };
};
