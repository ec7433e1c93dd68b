// nact's own persistent actors over a journal: what nact promises and does not keep (a failure that is resumed leaves a
// hole, two actors with one key write the same numbers) is kept here.
import { configurePersistence, dispatch, spawnPersistent, start, stop } from 'nact';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failed, fault } from '#contract/effects';
import { withLimits } from '#contract/limits';
import type { Journal } from '#contract/ports/journal';
import { memoryJournal } from '#adapters/memory/journal';
import { NactPersistence } from '#runtime/nact-persistence';
import { VirtualClock } from '#runtime/virtual-clock';
import { sleep } from '#test/e2e/driver/wait';

const systems: ReturnType<typeof start>[] = [];
let journal: Journal;

beforeEach(() => {
  const clock = new VirtualClock();
  const later = memoryJournal({ clock, latency: () => 0, limits: withLimits() });
  const atOnce =
    <A extends unknown[], T>(operation: (...args: A) => (done: (answer: T) => void) => void) =>
    (...args: A) =>
    (done: (answer: T) => void) => {
      operation(...args)(done);
      clock.advance(0);
    };
  journal = {
    open: atOnce((...args: Parameters<Journal['open']>) => later.open(...args)),
    append: atOnce((...args: Parameters<Journal['append']>) => later.append(...args)),
    snapshot: atOnce((...args: Parameters<Journal['snapshot']>) => later.snapshot(...args)),
    prune: atOnce((...args: Parameters<Journal['prune']>) => later.prune(...args)),
  };
});

afterEach(() => {
  for (const system of systems.splice(0)) stop(system);
});

type Crash = 'resume' | 'reset';

/** A counter of words; says how each write went. */
const counter = (on: Journal, crash: Crash, snapshotEvery?: number) => {
  const system = start(configurePersistence(new NactPersistence(on) as never));
  systems.push(system);
  const seen: string[] = [];
  let held: readonly string[] = [];
  const ref = spawnPersistent(
    system,
    async (state: readonly string[] = [], word: string, context) => {
      const own = context as unknown as { recovering?: boolean; persist: (word: string) => Promise<void> };
      if (own.recovering !== true) {
        await own.persist(word).catch((error: { code: string }) => {
          seen.push(`${word} ${error.code}`);
          throw new Error(error.code);
        });
        seen.push(word);
      }
      held = [...state, word];
      return held;
    },
    'words',
    'counter',
    {
      onCrash: (_message: unknown, _error: unknown, context: Record<Crash, unknown>) => context[crash],
      ...(snapshotEvery === undefined ? {} : { snapshotEvery }),
    } as never,
  );
  const tell = async (...words: string[]): Promise<void> => {
    for (const word of words) {
      dispatch(ref, word as never);
      await sleep(5);
    }
  };
  return { tell, seen, held: () => held };
};

const found = (): unknown[] => {
  let events: unknown[] = [];
  journal.open('words')((outcome) => {
    if (outcome.ok)
      events = outcome.value.events.map(({ sequence, data }) => [sequence, (data as { data: unknown }).data]);
  });
  return events;
};

/** The nth append fails, and has not happened. */
const failing = (nth: number): Journal => {
  let count = 0;
  return {
    ...journal,
    append: (...args) => {
      count += 1;
      return count === nth ? (done) => done(failed(fault('store.unavailable', 'no'))) : journal.append(...args);
    },
  };
};

describe('nact persistence', () => {
  test('what one nact system has written, the next one recovers, snapshots included', async () => {
    const first = counter(journal, 'resume', 2);
    await first.tell('a', 'b', 'c', 'd', 'e');
    const second = counter(journal, 'resume', 2);
    await second.tell('f');
    expect([first.seen, second.seen]).toEqual([['a', 'b', 'c', 'd', 'e'], ['f']]);
    expect(second.held()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('a failure that is resumed leaves no hole: nothing more is written until the actor has recovered', async () => {
    const resumed = counter(failing(2), 'resume');
    await resumed.tell('a', 'b', 'c', 'd');
    expect(resumed.seen).toEqual(['a', 'b store.unavailable', 'c store.gap', 'd store.gap']);
    expect(found()).toEqual([[1, 'a']]);
  });

  test('a failure after which it is reset costs that one message', async () => {
    const reset = counter(failing(2), 'reset');
    await reset.tell('a', 'b', 'c', 'd');
    expect(reset.seen).toEqual(['a', 'b store.unavailable', 'c', 'd']);
    expect(found()).toEqual([
      [1, 'a'],
      [2, 'c'],
      [3, 'd'],
    ]);
  });

  test('of two actors with one key the second fences the first', async () => {
    const first = counter(journal, 'resume');
    await first.tell('a');
    const second = counter(journal, 'resume');
    await second.tell('b');
    await first.tell('c', 'd');
    await second.tell('e');
    expect([first.seen, second.seen]).toEqual([
      ['a', 'c store.fenced', 'd store.gap'],
      ['b', 'e'],
    ]);
    expect(found()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'e'],
    ]);
  });
});
