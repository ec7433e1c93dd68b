/** The attackers' process as the siege sees it: an order goes in, a tally comes out. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tally, Target } from '#test/siege/attack';
import { within } from '#test/e2e/driver/wait';

const hooks = fileURLToPath(new URL('../../ports/typescript-hooks.mjs', import.meta.url));
const program = fileURLToPath(new URL('../attacker.ts', import.meta.url));

/** An attack waits for answers itself; this is for one that hangs. */
const strikeMs = 60_000;

export class Attackers {
  readonly #child: ChildProcess;
  #strikes = 0;

  constructor() {
    this.#child = fork(program, { execArgv: ['--conditions=source', '--import', hooks], stdio: 'inherit' });
  }

  /** Does the attack of this name; answers with its tally. */
  async strike(name: string, target: Omit<Target, 'run'>): Promise<Tally> {
    this.#strikes += 1;
    const tally = new Promise<Tally>((resolve, reject) => {
      this.#child.once('message', (message) => resolve(message as Tally));
      this.#child.once('exit', (code) => reject(new Error(`the attackers' process ended with ${code}`)));
    });
    this.#child.send({ name, target: { ...target, run: String(this.#strikes) } });
    try {
      return await within(tally, () => `the end of the attack ${name}`, strikeMs);
    } finally {
      this.#child.removeAllListeners('message').removeAllListeners('exit');
    }
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
