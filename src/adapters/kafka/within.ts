/** Waiting that ends: what a broker does not answer in time is left behind. */
import type { TimeSource } from '#contract/ports/system';

/** Settles with `work`, or after `ms` with undefined; whatever becomes of `work` then is nobody's concern. */
export const within = async <T>(time: TimeSource, ms: number, work: Promise<T>): Promise<T | undefined> => {
  let callOff: () => void = () => undefined;
  const over = new Promise<undefined>((resolve) => {
    callOff = time.alarm(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    callOff();
  }
};
