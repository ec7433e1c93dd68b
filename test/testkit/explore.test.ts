// All orders of a few messages: a planted race is found, shown, and replayed from a line to paste.
import { describe, expect, test } from 'vitest';
import { ok } from '#contract/effects';
import type { Behaviour, Ref, Reply } from '#runtime/types';
import { ExploreFailure, explore } from '#testkit/explore';
import { world } from '#testkit/probe';
import type { ProbeOptions } from '#testkit/probe';

type Account = { readonly t: 'read'; readonly reply: Reply<number> } | { readonly t: 'write'; readonly value: number };

const account: Behaviour<number, Account> = {
  kind: 'account',
  init: () => 0,
  receive: (balance, message) => {
    if (message.t === 'write') return message.value;
    message.reply(ok(balance));
    return balance;
  },
};

/** The planted race: reads, then writes what it read plus one. */
const raising = (target: Ref<Account>): Behaviour<undefined, 'go' | number> => ({
  kind: 'raising',
  init: () => undefined,
  receive: (_state, word, context) => {
    if (typeof word === 'number') context.tell(target, { t: 'write', value: word + 1 });
    else {
      const make = (reply: Reply<number>): Account => ({ t: 'read', reply });
      context.ask(target, make, (outcome) => (outcome.ok ? outcome.value : -1));
    }
    return undefined;
  },
});

const raises = (people: number) => (options: ProbeOptions) => {
  const { system, driver } = world(options);
  const shared = system.spawn(account, 'account');
  for (let person = 0; person < people; person += 1) system.spawn(raising(shared), `p${person}`).tell('go');
  driver.settle();
  let balance = -1;
  shared.tell({ t: 'read', reply: (outcome) => void (balance = outcome.ok ? outcome.value : -1) });
  driver.settle();
  expect(balance).toBe(people);
};

const failureOf = (run: () => unknown): ExploreFailure => {
  try {
    run();
  } catch (error) {
    if (error instanceof ExploreFailure) return error;
    throw error;
  }
  throw new Error('no failure was found');
};

describe('To explore', () => {
  test('tries every order once, and says so', () => {
    const orders = new Set<string>();
    const { runs, complete } = explore((options) => {
      const { system, driver, transcript } = world(options);
      for (const name of ['a', 'b', 'c']) system.spawn(account, name);
      driver.settle();
      orders.add(transcript.map(({ path }) => path).join(''));
    });
    expect([runs, complete, orders.size]).toEqual([6, true, 6]);
  });

  test('finds nothing where there is no race', () => {
    expect(explore(raises(1))).toMatchObject({ complete: true });
  });

  test('finds a planted race, shows the order of turns, and replays it', () => {
    const failure = failureOf(() => explore(raises(2)));
    expect(failure.message).toContain('expected 1 to be 2');
    expect(failure.message).toContain(`{ schedule: [${failure.schedule.join(', ')}] }`);
    expect(failure.order.length).toBe(failure.schedule.length);
    expect(failure.message).toContain(failure.order.join(' '));
    const again = failureOf(() => explore(raises(2), { schedule: failure.schedule }));
    expect([again.runs, again.order]).toEqual([1, failure.order]);
  });

  test('finds races that one order in many shows', () => {
    // Fails only when the last of three comes first.
    const picky = (options: ProbeOptions): void => {
      const { system, driver, transcript } = world(options);
      for (const name of ['a', 'b', 'c']) system.spawn(account, name);
      driver.settle();
      if (transcript.map(({ path }) => path).join('') === '/c/b/a') throw new Error('the rare one');
    };
    const failure = failureOf(() => explore(picky));
    expect(failure.order.slice(0, 2)).toEqual(['/c', '/b']);
    expect(failure.cause).toBeInstanceOf(Error);
  });

  test('stops at its bound and owns up to it', () => {
    const quiet = (options: ProbeOptions): void => {
      const { system, driver } = world(options);
      for (const name of ['a', 'b', 'c', 'd', 'e']) system.spawn(account, name);
      driver.settle();
    };
    expect(explore(quiet, { maxRuns: 50 })).toEqual({ runs: 50, complete: false });
    expect(explore(quiet)).toEqual({ runs: 120, complete: true });
  });

  test('says so when a schedule is of another scenario', () => {
    expect(() => explore(raises(2), { schedule: [9] })).toThrow('the scenario took another way');
  });
});
