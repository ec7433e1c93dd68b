// A failed actor starts anew after a wait that grows, until its budget is spent; then the failure goes up.
import { describe, expect, test } from 'vitest';
import { failed } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import { decide } from '#runtime/supervision';
import type { Behaviour, Context, Ref, Reply, StopReason, Supervision } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { probe, recorder, world } from '#testkit/probe';

const restarting = (budget: number, more: Partial<Supervision> = {}): Supervision => {
  return { kind: 'restart', backoff: { baseMs: 100, maxMs: 300, budget, withinMs: 10_000 }, ...more };
};

const fragile = (more: Partial<Behaviour<undefined, string>> = {}) =>
  acting<string>((word) => {
    if (word === 'bad') throw new Error('bad word');
  }, more);

const starts = (received: readonly unknown[]) => received.filter((word) => typeof word === 'object').length;

describe('The decision', () => {
  const backoff = { baseMs: 100, maxMs: 1_000, budget: 3, withinMs: 5_000 };

  test('waits twice as long each time, up to the longest wait', () => {
    expect(decide({ ...backoff, budget: 9 }, [1], 1)).toEqual({ restartAfterMs: 100 });
    expect(decide({ ...backoff, budget: 9 }, [1, 2, 3], 3)).toEqual({ restartAfterMs: 400 });
    expect(decide({ ...backoff, budget: 9 }, [1, 2, 3, 4, 5, 6], 6)).toEqual({ restartAfterMs: 1_000 });
  });

  test('gives up when the budget is spent within its time, and forgets what is older', () => {
    expect(decide(backoff, [1, 2, 3, 4], 4)).toBe('give up');
    const failures = [1, 2, 3, 5_002];
    expect(decide(backoff, failures, 5_002)).toEqual({ restartAfterMs: 200 });
    expect(failures).toEqual([3, 5_002]);
  });
});

describe('A failed actor', () => {
  test('starts anew after its wait, with a fresh state, and its mailbox survives (nact loses it)', () => {
    const counting: Behaviour<number, string> = {
      kind: 'counting',
      init: () => 0,
      receive: (count, word, context) => {
        if (word === 'bad') throw new Error(word);
        context.tell(sink, count + 1);
        return count + 1;
      },
    };
    const sink = recorder<number>();
    const { tell, settle, advance } = probe(counting, { supervision: restarting(5) });
    ['a', 'b', 'bad', 'c', 'd'].forEach((word) => void tell(word));
    settle();
    expect(sink.take()).toEqual([1, 2]);
    tell('told while it waits');
    advance(99);
    expect(sink.take()).toEqual([]);
    advance(1);
    expect(sink.take()).toEqual([1, 2, 3]);
  });

  test('draws from a new seed, and the same one draws the same', () => {
    const draw = () => {
      const drawn: number[] = [];
      const { send, advance } = probe(
        acting<string>((word, context) => {
          drawn.push(context.random.next());
          if (word === 'bad') throw new Error(word);
        }),
      );
      ['a', 'bad', 'b'].forEach((word) => void send(word));
      advance(10_000);
      return drawn;
    };
    expect(new Set(draw()).size).toBe(3);
    expect(draw()).toEqual(draw());
  });

  test('tells what it still held, and says that it restarts', () => {
    const reasons: StopReason['kind'][] = [];
    const asked: Behaviour<Reply<string>[], Reply<string> | 'bad'> = {
      kind: 'asked',
      init: () => [],
      receive: (waiting, word) => {
        if (word === 'bad') throw new Error(word);
        return [...waiting, word];
      },
      stopped: (waiting, reason) => {
        reasons.push(reason.kind);
        waiting.forEach((reply) => reply(failed({ code: 'store.unavailable', message: 'failed', effect: 'unknown' })));
      },
    };
    const { send } = probe(asked);
    const answers: Outcome<string>[] = [];
    send((outcome) => void answers.push(outcome));
    send('bad');
    expect(reasons).toEqual(['restarting']);
    expect(answers).toMatchObject([{ ok: false, fault: { code: 'store.unavailable', effect: 'unknown' } }]);
  });

  test('whose last words fail restarts all the same, and it is logged', () => {
    const { send, advance, received, logged } = probe(
      fragile({
        stopped: () => {
          throw new Error('last');
        },
      }),
    );
    send('bad');
    advance(10_000);
    send('good');
    expect(received).toEqual([{ t: 'start' }, 'bad', { t: 'start' }, 'good']);
    expect(logged.map(({ message }) => message)).toEqual(['an actor failed', 'last words failed']);
  });

  test('in init has no last words, tries again, and keeps what it was told', () => {
    let tries = 0;
    const words: string[] = [];
    const { tell, advance, received, driver } = probe(
      acting<string>(undefined, {
        init: (context) => {
          context.after('timer', 5, 'of a start that failed');
          if ((tries += 1) < 3) throw new Error('not yet');
        },
        stopped: (_state, { kind }) => void words.push(kind),
      }),
      { supervision: restarting(5) },
    );
    tell('kept');
    advance(50);
    expect(driver.clock.pending).toBe(1);
    advance(60_000);
    expect([tries, words]).toEqual([3, []]);
    expect(received).toEqual([{ t: 'start' }, { t: 'start' }, { t: 'start' }, 'kept', 'of a start that failed']);
  });

  test('may have thrown anything at all', () => {
    const { send, advance, logged } = probe(
      acting<unknown>((word) => {
        throw word;
      }),
    );
    for (const thrown of [undefined, null, 'text', Object.create(null)]) {
      send(thrown);
      advance(60_000);
    }
    expect(logged.map(({ fields }) => fields['error'])).toEqual(['undefined', 'object', 'text', 'object']);
  });

  test('does not touch those beside it', () => {
    const { system, driver, transcript } = world();
    const [one, other] = [system.spawn(fragile(), 'one'), system.spawn(fragile(), 'other')];
    one.tell('bad');
    ['a', 'b'].forEach((word) => void [one, other].forEach((ref) => void ref.tell(word)));
    driver.settle();
    expect(transcript.filter(({ path }) => path === '/other').map(({ message }) => message)).toEqual([
      { t: 'start' },
      'a',
      'b',
    ]);
    expect(transcript.filter(({ path }) => path === '/one').at(-1)?.message).toBe('bad');
  });
});

describe('An actor whose budget is spent', () => {
  test('gives up at the root: stopped, logged, and what waited is a dead letter', () => {
    const { tell, advance, received, logged, system, deadLetters } = probe(fragile(), { supervision: restarting(2) });
    ['bad', 'bad', 'bad', 'left'].forEach((word) => void tell(word));
    advance(60_000);
    expect(starts(received)).toBe(3);
    expect(system.size).toBe(0);
    expect(logged.map(({ message }) => message)).toEqual([
      ...Array<string>(3).fill('an actor failed'),
      'an actor gave up',
    ]);
    expect(deadLetters().map(({ reason }) => reason)).toEqual(['threw', 'threw', 'threw', 'stopped']);
  });

  /** A parent that spawns one child for each word, and hears when it is gone. */
  const family = (supervision: Supervision) => {
    const gone: string[] = [];
    const { system, driver, transcript, logged } = world();
    let child: Ref<string> | undefined;
    const parent = acting<string>((word) => void gone.push(word), {
      init: (context: Context<string>) => {
        child = context.spawn(fragile(), 'child', { supervision, onStopped: ({ kind }) => kind });
      },
    });
    system.spawn(parent, 'parent');
    driver.settle();
    const spoil = () => {
      child?.tell('bad');
      driver.settle();
    };
    return { system, driver, transcript, logged, gone, spoil };
  };

  test('fails its parent, which restarts with new children', () => {
    const { driver, transcript, spoil, gone, system } = family(restarting(0));
    spoil();
    expect(gone).toEqual(['failed']);
    driver.advance(60_000);
    const life = transcript
      .filter(({ message }) => typeof message === 'object')
      .map(({ path, message }) => [path, message]);
    expect(life).toEqual([
      ['/parent', { t: 'start' }],
      ['/parent/child', { t: 'start' }],
      ['/parent', { t: 'child-failed' }],
      ['/parent', { t: 'start' }],
      ['/parent/child', { t: 'start' }],
    ]);
    expect(system.size).toBe(2);
  });

  test('just stops when supervised so, and the parent is told', () => {
    const { driver, spoil, gone, system } = family(restarting(0, { then: 'stop' }));
    spoil();
    driver.advance(60_000);
    expect([gone, system.size]).toEqual([['failed'], 1]);
  });

  test('that may not restart at all stops at its first failure, and the parent is told', () => {
    const { driver, spoil, gone, system } = family({ kind: 'stop' });
    spoil();
    driver.advance(60_000);
    expect([gone, system.size]).toEqual([['failed'], 1]);
  });
});

describe('A parent that fails', () => {
  test('ends its children, and their end is not told to its next incarnation', () => {
    const told: string[] = [];
    const words: string[] = [];
    const child = acting<string>(undefined, { stopped: (_state, { kind }) => void words.push(`child ${kind}`) });
    const parent = acting<string>(
      (word, context) => {
        told.push(word);
        if (word === 'spawn')
          ['a', 'b'].forEach((name) => void context.spawn(child, name, { onStopped: () => 'gone' }));
        if (word === 'bad') throw new Error(word);
      },
      { stopped: (_state, { kind }) => void words.push(`parent ${kind}`) },
    );
    const { send, advance, system, deadLetters } = probe(parent);
    ['spawn', 'bad'].forEach((word) => void send(word));
    advance(60_000);
    expect([told, system.size]).toEqual([['spawn', 'bad'], 1]);
    expect(words).toEqual(['child stopped', 'child stopped', 'parent restarting']);
    expect(deadLetters().map(({ reason }) => reason)).toEqual(['threw']);
  });

  test('is not failed twice when two children give up at once', () => {
    let inits = 0;
    const parent = acting<string>(
      (word, context) => {
        for (const name of word === 'spawn' ? ['a', 'b'] : [])
          context.tell(context.spawn(fragile(), name, { supervision: restarting(0), onStopped: () => 'gone' }), 'bad');
      },
      { init: () => void (inits += 1) },
    );
    const { send, advance, deadLetters, system } = probe(parent);
    send('spawn');
    advance(60_000);
    expect([inits, system.size]).toEqual([2, 1]);
    expect(deadLetters().map(({ reason, what }) => `${reason} ${what}`)).toEqual([
      ...['threw string', 'threw string', 'threw child-failed', 'stale child-gone', 'stale child-failed'],
    ]);
  });
});

test('An ask to an actor that fails at it times out, and says that it may have happened', () => {
  const { system, driver, transcript } = world();
  const server = system.spawn(
    acting<Reply<number>>(() => {
      throw new Error('no');
    }),
    'server',
  );
  const client = system.spawn(
    acting<'go' | Outcome<number>>((word, context) => {
      if (word === 'go')
        context.ask(
          server,
          (reply: Reply<number>) => reply,
          (outcome) => outcome,
          50,
        );
    }),
    'client',
  );
  client.tell('go');
  driver.advance(50);
  expect(transcript.at(-1)?.message).toMatchObject({
    ok: false,
    fault: { code: 'runtime.ask_timeout', effect: 'unknown' },
  });
});
