// Two servers that both believe a journal is theirs, with crashes, lost and late calls, and clocks that jump: whatever
// happens, the journal has no hole, epochs never fall within it, and what was acknowledged is there exactly once.
import { describe, expect, test } from 'vitest';
import { fault } from '#contract/effects';
import type { JournalEvent } from '#contract/ports/journal';
import { seededRandom } from '#runtime/random';
import { withFaults } from '#testkit/faults';
import type { Verdict } from '#testkit/faults';
import { scene, words } from '#test/runtime/journal-scene';

const lost = fault('store.unavailable', 'no answer', 'unknown');
const rounds = 150;

const play = (seed: string, snapshotEvery: number) => {
  const random = seededRandom(seed);
  const limits = { 'journal.tries': 3, 'journal.retryMs': 5, 'restart.baseMs': 5, 'restart.budget': 1_000 };
  const more = { 'journal.snapshotEvery': snapshotEvery, 'effect.deadlineMs': 200, 'journal.beatMs': 50 };
  const on = scene({ ...limits, ...more }, () => random.int(8));
  const fates: readonly (() => Verdict)[] = [
    () => 'drop',
    () => 'drop answer',
    () => ({ delayMs: random.int(400) }),
    () => ({ fail: lost }),
    () => ({ fail: lost, applied: true }),
  ];
  const fate = (): Verdict => (random.int(5) > 0 ? 'pass' : (fates[random.int(fates.length)]?.() ?? 'pass'));
  const journal = withFaults(on.journal, ['open', 'append', 'snapshot', 'prune'], on.driver.clock, fate);
  const begin = () => on.server(words(on, {}, journal));
  const servers = [begin(), begin()];
  for (let round = 0; round < rounds; round += 1) {
    const index = random.int(2);
    const what = random.int(12);
    if (what === 0) servers[index]?.crash();
    // Whoever was fenced has stopped, and comes back; it did not necessarily crash.
    if (what <= 1) servers[index] = begin();
    if (what === 2) servers[index]?.send({ timer: `t${round}`, delayMs: random.int(300), resume: 'remaining' });
    if (what > 2) servers[index]?.send({ add: `w${round}` });
    on.pass(random.int(20) === 0 ? 2_000 : random.int(12));
  }
  on.pass(5_000);
  return on;
};

const said = (on: ReturnType<typeof play>, pattern: RegExp): string[] =>
  on.notes.flatMap(({ what }) => pattern.exec(what)?.[1] ?? []);

const once = (state: readonly string[], word: string): number => state.filter((one) => one === word).length;

const check = (on: ReturnType<typeof play>, state: readonly string[]): void => {
  for (const word of said(on, /^added (.*)$/)) expect([word, once(state, word)]).toEqual([word, 1]);
  for (const word of said(on, /^rang (.*)$/)) expect([word, once(state, word)]).toEqual([word, 1]);
  for (const word of said(on, /^refused (.*): .* none$/)) expect([word, once(state, word)]).toEqual([word, 0]);
  expect(new Set(state).size).toBe(state.length);
};

describe('Two owners of a journal', () => {
  const seeds = Array.from({ length: 60 }, (_, index) => `owners ${index}`);

  test('no hole, no fallen epoch, all that was acknowledged exactly once', () => {
    let [acknowledged, fenced, unknown] = [0, 0, 0];
    for (const seed of seeds) {
      const on = play(seed, 1_000_000);
      let events: readonly JournalEvent[] = [];
      on.journal.open('words')((outcome) => (events = outcome.ok ? outcome.value.events : []));
      on.pass(50);
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
      expect(events.every(({ epoch }, index) => epoch >= (events[index - 1]?.epoch ?? 0))).toBe(true);
      const records = events.map(({ data }) => data as { readonly k: string; readonly event?: string });
      check(
        on,
        records.flatMap(({ k, event }) => (k === 'event' && event !== undefined ? [event] : [])),
      );
      acknowledged += said(on, /^added (.*)$/).length;
      fenced += said(on, /^(fenced)$/).length;
      unknown += said(on, /^refused (.*): .* unknown$/).length;
    }
    // It did happen.
    expect([acknowledged > 1_000, fenced > 100, unknown > 10]).toEqual([true, true, true]);
  });

  test('and so with snapshots, and all of it forgotten that they contain', () => {
    for (const seed of seeds) {
      const on = play(seed, 5);
      const state: string[] = [];
      const last = on.server(words(on));
      on.pass(100);
      last.send({ look: (words) => state.push(...words) });
      on.pass(50);
      check(on, state);
    }
  });
});
