// Timers that outlive their actor, by policy; and statecharts, whose delayed transitions are such timers.
import { describe, expect, test } from 'vitest';
import { assign, emit, setup } from 'xstate';
import { journaledMachine } from '#runtime/journaled-machine';
import type { ResumePolicy } from '#runtime/journal-records';
import { found, scene, words } from '#test/runtime/journal-scene';
import type { Scene } from '#test/runtime/journal-scene';

const rings = ({ notes }: Scene): unknown[] => notes.map(({ at, what }) => [at, what]);

describe('Timers of journaled actors', () => {
  /** A timer of 1000 ms set at about 1000, a crash 400 ms later, and 5000 ms until the next owner. */
  const restored = (resume: ResumePolicy, awayMs: number, limits = {}): Scene => {
    const on = scene(limits);
    const first = on.server(words(on));
    first.send({ timer: 't', delayMs: 1_000, resume });
    on.pass(400);
    first.crash();
    on.pass(awayMs);
    on.server(words(on));
    on.pass(20_000);
    return on;
  };

  // Set at 1002 (the journal is open then), so due at 2002; a ring is written two milliseconds later.
  test('deadline: at the same time of day, or at once when it has passed', () => {
    expect(rings(restored('deadline', 200))).toEqual([[2_004, 'rang t']]);
    expect(rings(restored('deadline', 5_000))).toEqual([[6_404, 'rang t']]);
  });

  test('restart: the full delay again, from the restart', () => {
    expect(rings(restored('restart', 5_000))).toEqual([[6_402 + 1_000 + 2, 'rang t']]);
  });

  test("remaining: what was left goes on; 'journal.beatMs' is how well it is known", () => {
    // A beat comes 100 ms after the last write was done: the last one is at 1308, when 694 were left.
    expect(rings(restored('remaining', 5_000, { 'journal.beatMs': 100 }))).toEqual([[6_402 + 694 + 2, 'rang t']]);
    // Without a beat it is as if it had died when it set the timer.
    expect(rings(restored('remaining', 5_000, { 'journal.beatMs': 60_000 }))).toEqual([[6_402 + 1_000 + 2, 'rang t']]);
  });

  test('remaining: time away never counts, however often it happens', () => {
    const on = scene({ 'journal.beatMs': 10 });
    on.server(words(on)).send({ timer: 't', delayMs: 1_000, resume: 'remaining' });
    on.pass(100);
    for (let round = 0; round < 5; round += 1) {
      const server = on.server(words(on));
      on.pass(100);
      server.crash();
      on.pass(50_000);
    }
    expect(on.notes.filter(({ what }) => what.startsWith('rang'))).toEqual([]);
    on.server(words(on));
    on.pass(700);
    expect(on.notes.map(({ what }) => what)).toContain('rang t');
  });

  test('overdue ones ring in the order in which they were due, each once, over all restarts', () => {
    const on = scene();
    const first = on.server(words(on));
    for (const [timer, delayMs] of [
      ['c', 300],
      ['a', 100],
      ['b', 200],
      ['gone', 50],
    ] as const)
      first.send({ timer, delayMs, resume: 'deadline' });
    first.send({ stop: 'gone' });
    on.pass(20);
    first.crash();
    on.pass(1_000);
    for (let round = 0; round < 3; round += 1) {
      const server = on.server(words(on));
      on.pass(5);
      server.crash();
      on.pass(1_000);
    }
    expect(found(on).filter((record) => (record as { k: string }).k === 'event')).toEqual(
      ['a', 'b', 'c'].map((event) => ({ k: 'event', event })),
    );
  });

  test('a timer set anew rings once, at its new time; one that is not due does not ring by a snapshot', () => {
    const on = scene({ 'journal.snapshotEvery': 2 });
    const first = on.server(words(on));
    first.send({ timer: 't', delayMs: 100, resume: 'deadline' });
    first.send({ timer: 't', delayMs: 500, resume: 'deadline' });
    on.pass(50);
    first.crash();
    on.server(words(on));
    on.pass(2_000);
    expect(rings(on)).toEqual([[1_506, 'rang t']]);
  });
});

describe('Journaled machines', () => {
  const light = setup({
    types: {
      events: {} as { readonly type: 'PUSH' } | { readonly type: 'BREAK' },
      emitted: {} as { readonly type: 'turned'; readonly rounds: number },
      context: {} as { readonly rounds: number },
    },
  }).createMachine({
    id: 'light',
    initial: 'red',
    context: { rounds: 0 },
    states: {
      red: {
        on: { PUSH: { target: 'red', reenter: true }, BREAK: 'broken' },
        after: {
          1_000: {
            target: 'green',
            actions: [
              assign({ rounds: ({ context }) => context.rounds + 1 }),
              emit(({ context }) => ({ type: 'turned' as const, rounds: context.rounds })),
            ],
          },
        },
      },
      green: { after: { 500: 'red' } },
      broken: { type: 'final' },
    },
  });

  const lit = (on: Scene, resume: ResumePolicy) =>
    on.server(
      journaledMachine({
        ...{ kind: 'light', key: 'words', journal: on.journal, limits: on.limits, machine: light, input: undefined },
        resume,
        emitted: ({ type, rounds }) => on.note(`${type} ${rounds}`),
        entered: (snapshot) => on.note(String(snapshot.value)),
        refused: ({ type }, { code }) => on.note(`refused ${type} ${code}`),
      }),
    );

  test('it leaves a delayed state after a restart, by the policy', () => {
    const turnedAt = (resume: ResumePolicy): number | undefined => {
      const on = scene({ 'journal.beatMs': 100 });
      const first = lit(on, resume);
      on.pass(400);
      first.crash();
      on.pass(5_000);
      lit(on, resume);
      on.pass(20_000);
      return on.notes.find(({ what }) => what === 'turned 1')?.at;
    };
    expect(turnedAt('deadline')).toBe(6_404);
    expect(turnedAt('restart')).toBe(7_404);
    expect(turnedAt('remaining')).toBe(6_404 + 694);
  });

  test('it goes on where it was through many crashes, snapshots included, and emits what is durable once', () => {
    const on = scene({ 'journal.snapshotEvery': 4 });
    for (let round = 0; round < 40; round += 1) {
      const server = lit(on, 'deadline');
      on.pass(90 + 7 * round);
      server.crash();
    }
    const turns = on.notes.filter(({ what }) => what.startsWith('turned'));
    const rounds = turns.map(({ what }) => Number(what.split(' ')[1]));
    expect(rounds.length).toBeGreaterThan(4);
    expect([...new Set(rounds)].sort((one, other) => one - other)).toEqual(rounds);
  });

  test('a delay that is left is called off, one that is entered again begins anew, and the end is the end', () => {
    const on = scene();
    const first = lit(on, 'deadline');
    on.pass(600);
    first.send({ type: 'PUSH' });
    on.pass(600);
    expect(on.notes.map(({ what }) => what)).toEqual(['red', 'red', 'red']);
    on.pass(500);
    expect(on.notes.at(-1)?.what).toBe('green');
    on.pass(600);
    first.send({ type: 'BREAK' });
    on.pass(10);
    first.crash();
    const second = lit(on, 'deadline');
    on.pass(5_000);
    second.send({ type: 'PUSH' });
    expect(on.notes.at(-1)?.what).toBe('broken');
    expect(second.system.deadLetters.newest().map(({ reason }) => reason)).toEqual(['ignored']);
  });

  test('a machine that does more than emit is refused', () => {
    const on = scene({ 'restart.budget': 0 });
    const machine = setup({}).createMachine({ entry: () => undefined });
    const ignored = { emitted: () => undefined, refused: () => undefined };
    const { system } = on.server(
      journaledMachine({
        ...{ kind: 'wild', key: 'wild', journal: on.journal, limits: on.limits, machine, input: undefined, ...ignored },
        resume: 'deadline',
      }),
    );
    on.pass(100);
    expect([system.size, on.logged.length > 0]).toEqual([0, true]);
  });
});
