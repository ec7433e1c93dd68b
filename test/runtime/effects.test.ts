// A port is an effect: started, answered once, by its deadline at the latest; anything else is a dead letter.
import { describe, expect, test } from 'vitest';
import { fault, ok } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import type { StartOptions } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { held, probe } from '#testkit/probe';

type Word = 'go' | 'fail' | { readonly outcome: Outcome<number> };

const starter = (effect: Effect<number>, options?: StartOptions) =>
  acting<Word>((word, context) => {
    if (word === 'go') context.start(effect, (outcome) => ({ outcome }), options);
    if (word === 'fail') throw new Error('no');
  });

const outcomes = (received: readonly unknown[]) =>
  received.filter((word) => typeof word === 'object' && 'outcome' in (word as object));

describe('The outcome of an effect', () => {
  test('comes back as a message when done is called at once, after the message that started it', () => {
    const { send, received, system, driver } = probe(starter((done) => done(ok(7))));
    send('go');
    expect(received.slice(1)).toEqual(['go', { outcome: ok(7) }]);
    expect([system.effectsOutstanding, driver.clock.pending]).toEqual([0, 0]);
  });

  test('comes back as a message when done is called later', () => {
    const port = held<() => Effect<number>>();
    const { send, settle, received, system, driver } = probe(starter(port()));
    send('go');
    expect([outcomes(received), system.effectsOutstanding]).toEqual([[], 1]);
    port.take().answer(7);
    expect(outcomes(received)).toEqual([]);
    settle();
    expect(outcomes(received)).toEqual([{ outcome: ok(7) }]);
    expect([system.effectsOutstanding, driver.clock.pending]).toEqual([0, 0]);
  });

  test('counts once: a second one is a dead letter', () => {
    const { send, received, deadLetters } = probe(
      starter((done) => {
        done(ok(1));
        done(ok(2));
      }),
    );
    send('go');
    expect(outcomes(received)).toEqual([{ outcome: ok(1) }]);
    expect(deadLetters()).toMatchObject([{ reason: 'stale', what: 'outcome of effect 1' }]);
  });

  test('that never comes is runtime.deadline, effect unknown, and too late afterwards', () => {
    const port = held<() => Effect<number>>();
    const { send, advance, received, deadLetters, system } = probe(starter(port(), { deadlineMs: 50 }));
    send('go');
    advance(49);
    expect(outcomes(received)).toEqual([]);
    advance(1);
    const late = fault('runtime.deadline', 'no outcome within 50 ms', 'unknown');
    expect(outcomes(received)).toEqual([{ outcome: { ok: false, fault: late } }]);
    port.take().answer(1);
    expect(deadLetters()).toMatchObject([{ reason: 'stale' }]);
    expect(system.effectsOutstanding).toBe(0);
  });

  test('has the deadline of the limits unless told otherwise', () => {
    const { send, advance, received } = probe(
      starter(() => undefined),
      { limits: { 'effect.deadlineMs': 20 } },
    );
    send('go');
    advance(20);
    expect(outcomes(received)).toMatchObject([{ outcome: { fault: { code: 'runtime.deadline' } } }]);
  });

  test('at the very instant of the deadline is in time when its port was first', () => {
    const script = probe(acting<string>());
    const { system, driver } = script;
    const answers: Outcome<number>[] = [];
    const effect: Effect<number> = (done) => void driver.clock.schedule(50, () => done(ok(1)));
    const start = acting<string | Outcome<number>>((word, context) => {
      if (word === 'go') context.start(effect, (outcome) => outcome, { deadlineMs: 50 });
      else if (typeof word === 'object') answers.push(word);
    });
    system.spawn(start, 'starter').tell('go');
    driver.advance(50);
    expect(answers).toEqual([ok(1)]);
  });

  test('of a port that throws is runtime.effect_threw, and logged', () => {
    const { send, received, logged, system } = probe(
      starter(() => {
        throw new Error('broken port');
      }),
    );
    send('go');
    expect(outcomes(received)).toMatchObject([
      {
        outcome: {
          ok: false,
          fault: { code: 'runtime.effect_threw', message: 'Error: broken port', effect: 'unknown' },
        },
      },
    ]);
    expect(logged).toMatchObject([{ level: 'error', message: 'a port threw', fields: { path: '/actor' } }]);
    expect(system.effectsOutstanding).toBe(0);
  });

  test('of a port that answers and then throws is the answer', () => {
    const { send, received, deadLetters } = probe(
      starter((done) => {
        done(ok(1));
        throw new Error('afterwards');
      }),
    );
    send('go');
    expect(outcomes(received)).toEqual([{ outcome: ok(1) }]);
    expect(deadLetters()).toMatchObject([{ reason: 'stale' }]);
  });
});

describe('An effect of an earlier incarnation', () => {
  test('is dropped by the restart: its outcome and its deadline mean nothing to the next', () => {
    const port = held<() => Effect<number>>();
    const { send, advance, received, deadLetters, system } = probe(starter(port()));
    send('go');
    send('fail');
    expect(system.effectsOutstanding).toBe(0);
    advance(60_000);
    port.take().answer(1);
    advance(1);
    expect(outcomes(received)).toEqual([]);
    expect(deadLetters().map(({ reason }) => reason)).toEqual(['threw', 'stale']);
  });

  test('is stale also when its outcome already waits in the mailbox', () => {
    const port = held<() => Effect<number>>();
    const { send, tell, step, advance, received, deadLetters } = probe(starter(port()), {
      limits: { 'mailbox.batch': 1 },
    });
    send('go');
    tell('fail');
    step();
    port.take().answer(1);
    advance(60_000);
    expect(outcomes(received)).toEqual([]);
    expect(deadLetters().map(({ reason }) => reason)).toEqual(['threw', 'stale']);
  });
});
