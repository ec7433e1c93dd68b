// A journaled actor: nothing is applied that is not written, nothing is written twice, and a failure leaves no hole.
import { describe, expect, test } from 'vitest';
import { fault } from '#contract/effects';
import type { Verdict } from '#testkit/faults';
import { withFaults } from '#testkit/faults';
import { found, scene, words } from '#test/runtime/journal-scene';
import type { Scene } from '#test/runtime/journal-scene';

const lost = fault('store.unavailable', 'no answer', 'unknown');
const texts = ({ notes }: Scene): string[] => notes.map(({ what }) => what);

/** The appends meet these verdicts, one after the other; then they pass. */
const faulty = (on: Scene, ...verdicts: Verdict[]) =>
  withFaults(on.journal, ['append'], on.driver.clock, () => verdicts.shift() ?? 'pass');

const wordsSeen = (server: { send: (message: { look: (state: readonly string[]) => void }) => unknown }): string[] => {
  const seen: string[] = [];
  server.send({ look: (state) => seen.push(...state) });
  return seen;
};

describe('Journaled actors', () => {
  test('a message waits until the journal is open, and its answer until it is durable', () => {
    const on = scene();
    const server = on.server(words(on));
    server.send({ add: 'a' });
    server.send({ add: 'b' });
    on.pass(2);
    expect([wordsSeen(server), on.notes]).toEqual([[], []]);
    on.pass(2);
    expect(on.notes).toEqual([{ at: 1_004, what: 'added a' }]);
    on.pass(10);
    expect(on.notes.at(1)).toEqual({ at: 1_006, what: 'added b' });
    expect(wordsSeen(server)).toEqual(['a', 'b']);
  });

  test('what was answered is there after a crash; what was not is there or not, once', () => {
    const on = scene();
    const first = on.server(words(on));
    first.send({ add: 'a' });
    on.pass(10);
    first.send({ add: 'b' });
    on.pass(1);
    first.crash();
    const second = on.server(words(on));
    second.send({ add: 'c' });
    on.pass(20);
    expect(wordsSeen(second)).toEqual(['a', 'b', 'c']);
    expect(texts(on)).toEqual(['added a', 'added c']);
  });

  test('an append whose answer is lost is repeated, and is there once', () => {
    const on = scene({ 'journal.tries': 4, 'journal.retryMs': 10 });
    const journal = faulty(on, { fail: lost, applied: true }, { fail: lost }, { fail: lost, applied: true });
    const server = on.server(words(on, {}, journal));
    server.send({ add: 'a' });
    server.send({ add: 'b' });
    on.pass(200);
    expect(texts(on)).toEqual(['added a', 'added b']);
    expect(wordsSeen(server)).toEqual(['a', 'b']);
    expect(found(on)).toHaveLength(2);
  });

  test("'journal.tries', 'journal.retryMs': it fails, and its restart leaves no hole and doubles nothing", () => {
    const on = scene({ 'journal.tries': 2, 'journal.retryMs': 10, 'restart.baseMs': 50 });
    const journal = faulty(on, 'pass', { fail: lost, applied: true }, { fail: lost, applied: true });
    const server = on.server(words(on, {}, journal));
    server.send({ add: 'a' });
    on.pass(5);
    server.send({ add: 'b' });
    server.send({ add: 'c' });
    on.pass(500);
    expect(texts(on)).toEqual(['added a', 'refused b: store.unavailable unknown', 'refused c: store.unavailable none']);
    server.send({ add: 'd' });
    on.pass(50);
    expect(wordsSeen(server)).toEqual(['a', 'b', 'd']);
    expect(found(on)).toHaveLength(3);
  });

  test('an owner that was fenced stops, writes no more and says so', () => {
    const on = scene();
    const first = on.server(words(on));
    first.send({ add: 'a' });
    on.pass(10);
    const second = on.server(words(on));
    on.pass(10);
    first.send({ add: 'late' });
    first.send({ add: 'later' });
    on.pass(10);
    expect(texts(on)).toEqual([
      'added a',
      'refused late: store.fenced none',
      'refused later: store.fenced none',
      'fenced',
    ]);
    expect(on.logged).toEqual(['another owner has this journal']);
    expect(first.send({ add: 'much later' })?.code).toBe('runtime.stopped');
    expect(wordsSeen(second)).toEqual(['a']);
  });

  test("'journal.held': what comes while more waits is refused", () => {
    const on = scene({ 'journal.held': 2 });
    const server = on.server(words(on));
    for (const add of ['a', 'b', 'c']) server.send({ add });
    expect(texts(on)).toEqual(['refused c: gateway.overloaded none']);
    on.pass(50);
    expect(wordsSeen(server)).toEqual(['a', 'b']);
  });

  test('what is too big for one append is refused, and the actor goes on', () => {
    const on = scene({ 'journal.bytes': 200 });
    const server = on.server(words(on));
    server.send({ add: 'x'.repeat(300) });
    server.send({ add: 'small' });
    on.pass(50);
    expect(texts(on)).toEqual([`refused ${'x'.repeat(300)}: store.too_big none`, 'added small']);
    expect(wordsSeen(server)).toEqual(['small']);
  });

  test("'journal.snapshotEvery': a snapshot stands for what it contains, which is forgotten", () => {
    const on = scene({ 'journal.snapshotEvery': 3 });
    const first = on.server(words(on));
    for (let number = 1; number <= 8; number += 1) first.send({ add: `${number}` });
    on.pass(100);
    expect(found(on).length).toBeLessThan(6);
    const second = on.server(words(on));
    on.pass(10);
    expect(wordsSeen(second)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  test('what an older version wrote is lifted, events, snapshots and messages of timers alike', () => {
    const on = scene();
    const old = (data: unknown) => ({ v: 0, at: 1_000, data });
    const timer = { name: 't', number: 1, due: 1_500, delayMs: 500, resume: 'deadline', message: 'old' };
    on.journal.open('words')(() => undefined);
    on.pass(5);
    on.journal.append('words', 1, 1, [old({ k: 'event', event: 1 }), old({ k: 'event', event: 2 })])(() => undefined);
    on.journal.snapshot('words', 1, 1, old({ state: [1], timers: [timer], seenAt: 0, settings: 1 }))(() => undefined);
    on.pass(5);
    const codec = {
      v: 1,
      from: {
        0: {
          event: (event: unknown) => `word ${String(event)}`,
          state: (state: unknown) => (state as number[]).map((number) => `word ${number}`),
          message: (message: unknown) => ({ rang: message }),
        },
      },
    };
    const server = on.server(words(on, { codec }));
    on.pass(10);
    expect(wordsSeen(server)).toEqual(['word 1', 'word 2']);
    on.pass(1_000);
    expect(wordsSeen(server)).toEqual(['word 1', 'word 2', 'old']);
  });

  test('what a newer version wrote is not guessed at: the actor fails', () => {
    const on = scene({ 'restart.budget': 1 });
    on.journal.open('words')(() => undefined);
    on.pass(5);
    on.journal.append('words', 1, 1, [{ v: 2, at: 0, data: { k: 'event', event: 'new' } }])(() => undefined);
    on.pass(5);
    const server = on.server(words(on));
    server.send({ add: 'a' });
    on.pass(10_000);
    expect(texts(on)).toContain('refused a: store.unavailable none');
    expect(found(on)).toHaveLength(1);
  });
});
