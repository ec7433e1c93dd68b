/**
 * One commit serves all writes that wait: while one is on its way to the disk arrivals wait, then all of them go into
 * one transaction and share its fsync. Nothing is answered before it is on disk.
 */
import { failed, fault } from '#contract/effects';
import type { Effect, Fault, Outcome } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { Log } from '#contract/ports/system';

/** Runs `work` in a write transaction; settles when it is on disk. What `work` throws undoes all of it. */
export type Transact = (work: () => void) => Promise<void>;

interface Write {
  /** In the transaction. */
  apply(): void;
  /** After it. */
  settle(lost: Fault | undefined): void;
}

export interface CommitterOptions {
  readonly transact: Transact;
  readonly limits: Limits;
  readonly log: Log;
  /** Called before the writes of a failed commit are answered. */
  readonly onFailure: () => void;
}

export class Committer {
  readonly #options: CommitterOptions;
  #waiting: Write[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** `work` is answered with its outcome once that is on disk. */
  write<T>(work: () => Outcome<T>): Effect<T> {
    return (done) => {
      if (this.#closed) return done(failed(this.#unavailable('the store is closed')));
      if (this.#waiting.length >= this.#options.limits['embedded.queue'])
        return done(failed(this.#unavailable('too many writes wait for the disk')));
      let outcome: Outcome<T>;
      this.#waiting.push({
        apply: () => {
          outcome = work();
        },
        settle: (lost) => done(lost === undefined ? outcome : failed(lost)),
      });
      this.#running ??= this.#run();
    };
  }

  /** Takes no more; settles when all that waited has been answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commit();
    this.#running = undefined;
  }

  async #commit(): Promise<void> {
    let writes: readonly Write[] = [];
    let applied = false;
    const work = (): void => {
      writes = this.#take();
      for (const write of writes) write.apply();
      applied = true;
    };
    let lost: Fault | undefined;
    try {
      await this.#options.transact(work);
    } catch (error) {
      // What threw while it was applied never came to a commit; a commit that failed may have landed all the same.
      lost = this.#unavailable('the disk did not take it', applied ? 'unknown' : 'none');
      this.#options.log.error('commit failed', { error: String(error), applied, writes: writes.length });
      this.#options.onFailure();
      if (writes.length === 0) writes = this.#take();
    }
    for (const write of writes) write.settle(lost);
  }

  #take(): Write[] {
    return this.#waiting.splice(0);
  }

  #unavailable(message: string, effect: Fault['effect'] = 'none'): Fault {
    return fault('store.unavailable', message, effect, this.#options.limits['retry.afterMs']);
  }
}
