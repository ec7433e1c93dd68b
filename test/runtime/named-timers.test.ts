// Timers have names: the same name replaces, cancels, repeats; one that rings too late is a dead letter.
import { describe, expect, test } from 'vitest';
import type { Context } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { probe } from '#testkit/probe';

type Word = string | ((context: Context<Word>) => void);

/** Does what it is told to do. */
const doing = () => acting<Word>((word, context) => void (typeof word === 'function' && word(context)));

const scene = () => {
  const { send, tell, settle, advance, transcript, deadLetters, driver } = probe(doing());
  const rang = () =>
    transcript
      .filter(({ message }) => typeof message === 'string')
      .map(({ at, message }) => `${String(message)} at ${at}`);
  return { send, tell, settle, advance, rang, deadLetters, driver };
};

describe('A named timer', () => {
  test('rings once, at its time', () => {
    const { send, advance, rang } = scene();
    send((context) => context.after('a', 10, 'a'));
    advance(9);
    expect(rang()).toEqual([]);
    advance(100);
    expect(rang()).toEqual(['a at 10']);
  });

  test('is replaced by the same name, never rung by another', () => {
    const { send, advance, rang } = scene();
    send((context) => {
      context.after('a', 10, 'first');
      context.after('b', 12, 'other');
      context.after('a', 15, 'second');
    });
    advance(100);
    expect(rang()).toEqual(['other at 12', 'second at 15']);
  });

  test('is cancelled by name; to cancel an unknown one does nothing', () => {
    const { send, advance, rang, driver } = scene();
    send((context) => {
      context.after('a', 10, 'a');
      context.cancel('a');
      context.cancel('unknown');
    });
    expect(driver.clock.pending).toBe(0);
    advance(100);
    expect(rang()).toEqual([]);
  });

  test('that repeats rings until cancelled', () => {
    const { send, advance, rang, driver } = scene();
    send((context) => context.every('tick', 10, 'tick'));
    advance(35);
    expect(rang()).toEqual(['tick at 10', 'tick at 20', 'tick at 30']);
    send((context) => context.cancel('tick'));
    advance(100);
    expect([rang().length, driver.clock.pending]).toEqual([3, 0]);
  });

  test('that repeats without a period does not stop time', () => {
    const { send, advance, rang } = scene();
    send((context) => context.every('tick', 0, 'tick'));
    advance(3);
    expect(rang()).toEqual(['tick at 1', 'tick at 2', 'tick at 3']);
  });

  test('that rang and was cancelled before its turn is a dead letter', () => {
    const { tell, send, settle, rang, deadLetters, driver } = scene();
    send((context) => context.after('a', 10, 'a'));
    tell((context) => context.cancel('a'));
    driver.step();
    driver.clock.advance(10);
    settle();
    expect([rang(), deadLetters()]).toEqual([[], []]);
    send((context) => {
      context.after('b', 5, 'b');
      driver.clock.advance(5);
      context.cancel('b');
    });
    expect(rang()).toEqual([]);
    expect(deadLetters()).toMatchObject([{ reason: 'stale', what: 'timer' }]);
  });

  test('ends with the incarnation that set it', () => {
    const { send, advance, rang, driver } = scene();
    send((context) => {
      context.after('a', 1_000, 'a');
      context.every('tick', 300, 'tick');
      context.clock.schedule(700, () => context.tell(context.self, 'machine'));
    });
    send(() => {
      throw new Error('no');
    });
    expect(driver.clock.pending).toBe(1);
    advance(5_000);
    expect([rang(), driver.clock.pending]).toEqual([[], 0]);
  });

  test('of a stopped actor is taken off the clock', () => {
    const { send, driver, advance, deadLetters } = scene();
    send((context) => {
      context.after('a', 1_000, 'a');
      context.clock.schedule(700, () => undefined);
      context.stop(context.self);
    });
    expect(driver.clock.pending).toBe(0);
    advance(2_000);
    expect(deadLetters()).toEqual([]);
  });
});

describe('The clock that machines are given', () => {
  test('rings in a turn of the actor, in which now is the time of the ring', () => {
    const seen: [number, string][] = [];
    const { send, advance } = scene();
    send((context) => {
      context.clock.schedule(10, () => seen.push([context.now, context.cause]));
      context.clock.schedule(20, () => seen.push([-1, ''])).cancel();
      seen.push([context.clock.now(), context.cause]);
    });
    advance(50);
    expect(seen).toEqual([
      [0, 'probe:1:2'],
      [10, 'probe:1:3'],
    ]);
  });
});
