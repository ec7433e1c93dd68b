/** The bridge between promises and effects: real adapters are written with promises and wrapped here, once. */
import { failed, ok } from '#contract/effects';
import type { Effect, Fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';

/** Work begins when the effect is started. What it throws, now or later, becomes the fault that `toFault` makes. */
export const fromPromise =
  <T>(work: () => Promise<T>, toFault: (error: unknown) => Fault): Effect<T> =>
  (done) => {
    const running = (async () => work())();
    // Two handlers side by side: an error in `done` itself must not call it again. It ends the process, as it should.
    void running.then(
      (value) => done(ok(value)),
      (error: unknown) => done(failed(toFault(error))),
    );
  };

/** An effect as a promise, for adapters that take several steps. Rejects with a `FaultError`. */
export const toPromise = <T>(effect: Effect<T>): Promise<T> =>
  new Promise((resolve, reject) =>
    effect((outcome) => (outcome.ok ? resolve(outcome.value) : reject(new FaultError(outcome.fault)))),
  );
