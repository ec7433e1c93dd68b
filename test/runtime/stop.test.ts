// The end of an actor: children first, last words, then everything it still held is accounted for.
import { describe, expect, test } from 'vitest';
import { ok } from '#contract/effects';
import type { Behaviour, Context, Ref } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { probe, recorder, world } from '#testkit/probe';

type Word = string | ((context: Context<Word>) => void);
const doing = (more: Partial<Behaviour<undefined, Word>> = {}) =>
  acting<Word>((word, context) => void (typeof word === 'function' && word(context)), more);

describe('To stop an actor', () => {
  test('takes effect after the message at hand and before those that wait', () => {
    const { tell, settle, received, deadLetters } = probe(doing());
    tell((context) => {
      context.stop(context.self);
      context.tell(context.self, 'never');
    });
    tell('lost');
    settle();
    expect(received.filter((word) => typeof word !== 'function')).toEqual([{ t: 'start' }, { t: 'stop' }]);
    expect(deadLetters().map(({ reason }) => reason)).toEqual(['stopped', 'stopped']);
  });

  test('ends children first, each with its last words, and tells the parent of a child', () => {
    const words: string[] = [];
    const saying: Partial<Behaviour<undefined, Word>> = {
      stopped: (_state, { kind }, context) => void words.push(`${context.path} ${kind}`),
    };
    const { send, received, system } = probe(doing(saying));
    let child: Ref<Word> | undefined;
    send((context) => {
      child = context.spawn(doing(saying), 'child', { onStopped: ({ kind }) => `child ${kind}` });
      child.tell((inner) => void inner.spawn(doing(saying), 'grandchild', { onStopped: () => 'never told' }));
    });
    send((context) => context.stop(child as Ref<never>));
    expect(words).toEqual(['/actor/child/grandchild stopped', '/actor/child stopped']);
    expect(received.at(-1)).toBe('child stopped');
    expect(system.size).toBe(1);
  });

  test('twice, or before it has started, does no harm', () => {
    const words: string[] = [];
    const { send, system, deadLetters } = probe(doing());
    send((context) => {
      const child = context.spawn(doing({ stopped: () => void words.push('last') }), 'child');
      context.stop(child);
      context.stop(child);
    });
    send((context) => context.stop(context.spawn(doing(), 'child')));
    expect([words, system.size, deadLetters()]).toEqual([['last'], 1, []]);
  });

  test('while it waits to restart ends it for good', () => {
    const { send, system, driver } = probe(doing());
    let child: Ref<Word> | undefined;
    send((context) => {
      child = context.spawn(doing(), 'child');
      child.tell(() => {
        throw new Error('no');
      });
    });
    send((context) => context.stop(child as Ref<never>));
    expect([system.size, driver.clock.pending]).toEqual([1, 0]);
  });

  test('frees its name', () => {
    const { send, logged } = probe(doing());
    send((context) => context.stop(context.spawn(doing(), 'child')));
    send((context) => void context.spawn(doing(), 'child'));
    expect(logged).toEqual([]);
    send((context) => void context.spawn(doing(), 'child'));
    expect(logged[0]?.fields['error']).toBe('Error: runtime.name_taken: /actor/child exists');
  });
});

describe('Last words', () => {
  test('are told in the name of the one that ends, at the time of its end', () => {
    const { system, driver, transcript } = world();
    const heir = system.spawn(acting<string>(), 'heir');
    const mortal = acting<string>(undefined, {
      stopped: (_state, _reason, context) => void context.tell(heir, `${context.path} at ${context.now}`),
    });
    const parent = system.spawn(
      acting<string>((_word, context) => context.stop(context.self), {
        init: (context) => void context.spawn(mortal, 'child'),
      }),
      'parent',
    );
    driver.advance(5);
    parent.tell('end');
    driver.settle();
    const told = transcript.filter(({ path }) => path === '/heir').slice(1);
    expect(told).toMatchObject([{ from: '/parent/child', message: '/parent/child at 5' }]);

    system.spawn(mortal, 'root');
    driver.advance(5);
    system.spawn(
      acting<string>(undefined, { stopped: (_state, _reason, context) => void last.push(context.now) }),
      'last',
    );
    const last: number[] = [];
    driver.settle();
    driver.advance(5);
    system.stop();
    expect(last).toEqual([15]);
  });

  test('start nothing that outlives them', () => {
    const { send, system, driver, advance, deadLetters } = probe(
      doing({
        stopped: (_state, _reason, context) => {
          context.after('timer', 5, 'timer');
          context.start(
            (done) => void driver.clock.schedule(10, () => done(ok(1))),
            () => 'outcome',
          );
          context.tell(context.self, 'to myself');
          context.spawn(doing(), 'child');
        },
      }),
    );
    send((context) => context.stop(context.self));
    advance(100);
    expect([system.size, system.effectsOutstanding, driver.clock.pending]).toEqual([0, 0, 0]);
    expect(deadLetters().map(({ reason }) => reason)).toEqual(['stopped', 'stale']);
  });

  test('are heard once, also when they stop the whole system', () => {
    let heard = 0;
    const { send, system, advance, driver, received } = probe(
      doing({
        stopped: () => {
          heard += 1;
          system.stop();
        },
      }),
    );
    send(() => {
      throw new Error('no');
    });
    expect([heard, system.size, driver.clock.pending]).toEqual([1, 0, 0]);
    advance(60_000);
    expect(received.length).toBe(2);
  });
});

describe('A stopped actor', () => {
  test('spawns nobody', () => {
    let context: Context<Word> | undefined;
    const { send, system } = probe(doing());
    send((inner) => void (context = inner));
    system.stop();
    expect(() => context?.spawn(doing(), 'late')).toThrow('runtime.stopped');
    expect(system.size).toBe(0);
  });
});

describe('To stop the system', () => {
  test('ends everybody, within a turn as well', () => {
    const heir = recorder<string>();
    const saying = doing({ stopped: (_state, _reason, context) => void context.tell(heir, context.path) });
    const { system, driver } = world();
    const first = system.spawn(saying, 'a');
    system.spawn(saying, 'b');
    first.tell((context) => {
      context.spawn(saying, 'child');
    });
    driver.settle();
    first.tell(() => system.stop());
    driver.settle();
    expect([heir.heard, system.size]).toEqual([['/a/child', '/a', '/b'], 0]);
  });
});

describe('A simulated crash', () => {
  test('silences everything: no last words, no outcomes, no timers, no dead letters', () => {
    const heir = recorder<string>();
    const { system, driver, transcript, send, tell, advance, deadLetters } = probe(
      doing({ stopped: () => void heir.tell('last words') }),
    );
    send((context) => {
      context.after('a', 5, 'a');
      context.every('b', 5, 'b');
      context.start(
        (done) => void driver.clock.schedule(7, () => done(ok(1))),
        () => 'outcome',
      );
    });
    const before = transcript.length;
    tell('waiting');
    system.crash();
    tell('told to the dead');
    advance(100_000);
    system.stop();
    expect(transcript.length).toBe(before);
    expect([heir.heard, deadLetters(), driver.clock.pending]).toEqual([[], [], 0]);
    expect(() => driver.assertVirtual(system)).not.toThrow();
  });

  test('in the middle of a turn ends it: nothing is told or started any more', () => {
    const started: string[] = [];
    const { system, transcript, tell, settle } = probe(doing());
    const sink = system.spawn(acting<string>(), 'sink');
    settle();
    tell((context) => {
      context.start(
        () => {
          started.push('first');
          system.crash();
        },
        () => 'never',
      );
      context.start(
        () => void started.push('second'),
        () => 'never',
      );
      context.tell(sink, 'never');
    });
    tell('never');
    settle();
    expect(started).toEqual(['first']);
    expect(transcript.filter(({ message }) => message === 'never')).toEqual([]);
  });
});
