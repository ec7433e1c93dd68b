/** What may wait a little is collected in memory and written together: seen at once, on disk within a limit. */
import { ok } from '#contract/effects';
import type { TimeSource } from '#contract/ports/system';
import type { Committer } from '#adapters/embedded/committer';
import type { Overlay } from '#adapters/embedded/overlay';

export interface Delay {
  readonly committer: Committer;
  readonly time: TimeSource;
  /** Longest wait, in ms. */
  readonly withinMs: number;
}

export class DelayedWrite {
  readonly #delay: Delay;
  readonly #unsaved: Pick<Overlay<unknown, unknown>, 'isEmpty' | 'write' | 'settle'>;
  #disarm: (() => void) | undefined;

  constructor(delay: Delay, unsaved: Pick<Overlay<unknown, unknown>, 'isEmpty' | 'write' | 'settle'>) {
    this.#delay = delay;
    this.#unsaved = unsaved;
  }

  /** Something may have been collected. */
  arm(): void {
    if (this.#unsaved.isEmpty) return;
    this.#disarm ??= this.#delay.time.alarm(this.#delay.withinMs, () => void this.flush());
  }

  /** Settles when it is on disk, or could not be put there now: then it goes with the next flush. */
  flush(): Promise<void> {
    this.#disarm?.();
    this.#disarm = undefined;
    if (this.#unsaved.isEmpty) return Promise.resolve();
    let taken = false;
    const write = this.#delay.committer.write(() => {
      taken = true;
      this.#unsaved.write();
      return ok(undefined);
    });
    return new Promise((resolve) =>
      write((outcome) => {
        if (taken) this.#unsaved.settle(outcome.ok);
        if (!outcome.ok) this.arm();
        resolve();
      }),
    );
  }
}
