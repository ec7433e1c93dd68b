/** A read is answered at once, in the turn of whoever asks. What the disk throws is a fault that changed nothing. */
import { failed, fault } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';

export const readNow =
  <T>(read: () => Outcome<T>): Effect<T> =>
  (done) =>
    done(attempt(read));

const attempt = <T>(read: () => Outcome<T>): Outcome<T> => {
  try {
    return read();
  } catch (error) {
    return failed(fault('store.unavailable', `the disk cannot be read: ${String(error)}`));
  }
};
