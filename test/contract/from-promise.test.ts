// Promises as effects: begun when started, answered once, every failure a fault.
import { expect, test } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';

const unavailable = (error: unknown) => fault('store.unavailable', String(error), 'unknown');

const outcomes = async <T>(effect: Effect<T>): Promise<readonly Outcome<T>[]> => {
  const heard: Outcome<T>[] = [];
  await new Promise<void>((resolve) =>
    effect((outcome) => {
      heard.push(outcome);
      resolve();
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return heard;
};

test('a value is answered once', async () => {
  expect(await outcomes(fromPromise(async () => 7, unavailable))).toEqual([ok(7)]);
});

test('a rejection becomes a fault, once', async () => {
  const effect = fromPromise(() => Promise.reject(new Error('disk')), unavailable);
  expect(await outcomes(effect)).toEqual([failed(unavailable(new Error('disk')))]);
});

test('what is thrown before there is a promise becomes a fault too', async () => {
  const effect = fromPromise((): Promise<number> => {
    throw new Error('at once');
  }, unavailable);
  expect(await outcomes(effect)).toEqual([failed(unavailable(new Error('at once')))]);
});

test('nothing begins before the effect is started; each start is one piece of work', async () => {
  let begun = 0;
  const effect = fromPromise(async () => (begun += 1), unavailable);
  expect(begun).toBe(0);
  expect(await outcomes(effect)).toEqual([ok(1)]);
  expect(await outcomes(effect)).toEqual([ok(2)]);
});
