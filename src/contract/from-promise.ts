/** The one bridge from promises to effects: real adapters are written with promises and wrapped here, once. */
import { failed, ok } from '#contract/effects';
import type { Effect, Fault } from '#contract/effects';

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
