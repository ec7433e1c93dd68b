/** What may wait a little: seen at once, written within positions.flushMs, kept when the disk does not take it. */
import { describe, expect, test } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import { withLimits } from '#contract/limits';
import type { Committer } from '#adapters/embedded/committer';
import { DelayedWrite } from '#adapters/embedded/delayed-write';
import { Overlay } from '#adapters/embedded/overlay';

const start = () => {
  const disk = new Map<string, number>();
  const alarms: { readonly delayMs: number; readonly ring: () => void }[] = [];
  const commits: ((outcome: 'done' | 'failed') => void)[] = [];
  const write =
    <T>(work: () => Outcome<T>): Effect<T> =>
    (done) => {
      const outcome = work();
      commits.push((how) => done(how === 'done' ? outcome : failed(fault('store.unavailable', 'no', 'unknown'))));
    };
  const time = {
    now: () => 0,
    alarm: (delayMs: number, ring: () => void) => {
      alarms.push({ delayMs, ring });
      return () => undefined;
    },
  };
  const withinMs = withLimits({ 'positions.flushMs': 1_234 })['positions.flushMs'];
  const overlay = new Overlay<string, number>((key, value) => disk.set(key, value));
  const writing = new DelayedWrite({ committer: { write } as unknown as Committer, time, withinMs }, overlay);
  const put = (key: string, value: number): void => {
    overlay.set(key, value);
    writing.arm();
  };
  return { disk, alarms, commits, overlay, writing, put };
};

describe('a delayed write', () => {
  test('positions.flushMs: armed once, for everything that comes within', () => {
    const { alarms, put, disk } = start();
    put('a', 1);
    put('b', 2);
    expect(alarms.map(({ delayMs }) => delayMs)).toEqual([1_234]);
    alarms[0]?.ring();
    expect([...disk]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('what is on its way is seen until the commit is over, and what comes meanwhile goes with the next', () => {
    const { alarms, commits, overlay, put } = start();
    put('a', 1);
    alarms[0]?.ring();
    expect([overlay.get('a'), overlay.isEmpty, overlay.isFresh('a')]).toEqual([1, true, false]);
    put('a', 2);
    expect(alarms).toHaveLength(2);
    commits[0]?.('done');
    expect(overlay.get('a')).toBe(2);
    alarms[1]?.ring();
    commits[1]?.('done');
    expect(overlay.get('a')).toBeUndefined();
  });

  test('a commit that failed gives back what nothing newer has replaced, and is tried again', () => {
    const { alarms, commits, overlay, put } = start();
    put('a', 1);
    put('b', 1);
    alarms[0]?.ring();
    put('a', 2);
    commits[0]?.('failed');
    expect([overlay.get('a'), overlay.get('b')]).toEqual([2, 1]);
    alarms[1]?.ring();
    commits[1]?.('done');
    expect(overlay.isEmpty).toBe(true);
  });

  test('flushing nothing is over at once', async () => {
    const { writing, commits } = start();
    await writing.flush();
    expect([commits, ok(undefined)]).toEqual([[], { ok: true, value: undefined }]);
  });
});
