// Nothing is lost in silence: it is counted, and the newest of it can be looked at.
import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { DeadLetters, describeError, describeMessage } from '#runtime/dead-letters';
import type { DeadLetter } from '#runtime/dead-letters';
import { machineActor } from '#runtime/machine-actor';
import { acting } from '#test/runtime/acting';
import { held, probe } from '#testkit/probe';

const letter = (envelope: number): DeadLetter => {
  return { reason: 'stopped', path: '/a', from: '', envelope, at: 0, what: 'x' };
};

describe('The ring', () => {
  test('keeps the newest, oldest first, and counts them all', () => {
    const letters = new DeadLetters(3);
    expect(letters.newest()).toEqual([]);
    for (let id = 1; id <= 5; id += 1) letters.add(letter(id));
    expect(letters.newest().map(({ envelope }) => envelope)).toEqual([3, 4, 5]);
    expect(letters.counts.stopped).toBe(5);
  });

  test('of size 0 keeps nothing and counts', () => {
    const letters = new DeadLetters(0);
    letters.add(letter(1));
    expect([letters.newest(), letters.counts.stopped]).toEqual([[], 1]);
  });

  test('is full at exactly its size', () => {
    const letters = new DeadLetters(2);
    [1, 2].forEach((id) => void letters.add(letter(id)));
    expect(letters.newest().map(({ envelope }) => envelope)).toEqual([1, 2]);
  });
});

describe('A dead letter says', () => {
  test('stopped, for what is told to an actor that is gone (nact drops it in silence)', () => {
    const { send, deadLetters } = probe(acting<{ t: string }>((_message, context) => context.stop(context.self)));
    send({ t: 'end' });
    expect(send({ t: 'late' })).toMatchObject({ code: 'runtime.stopped' });
    expect(deadLetters()).toMatchObject([{ reason: 'stopped', path: '/actor', from: '', envelope: 4, what: 'late' }]);
  });

  test('stopped, for what waited in the mailbox when the actor ended', () => {
    const { tell, settle, system } = probe(acting<{ t: string }>((_message, context) => context.stop(context.self)));
    ['end', 'one', 'two'].forEach((t) => void tell({ t }));
    settle();
    expect(system.deadLetters.newest().map(({ reason, envelope, what }) => ({ reason, envelope, what }))).toEqual([
      { reason: 'stopped', envelope: 3, what: 'one' },
      { reason: 'stopped', envelope: 4, what: 'two' },
    ]);
  });

  test('full, with the id of the envelope that was refused', () => {
    const { tell, system } = probe(acting<string>(), { mailbox: 1, startAt: 7 });
    ['a', 'b'].forEach((word) => void tell(word));
    expect(system.deadLetters.newest()).toEqual([
      { reason: 'full', path: '/actor', from: '', envelope: 3, at: 7, what: 'string' },
    ]);
  });

  test('stale, for an outcome that was on its way when the actor ended', () => {
    const effect = held<() => Effect<number>>();
    const { tell, send, settle, system } = probe(
      acting<string>((word, context) => {
        if (word === 'go') context.start(effect(), () => 'outcome');
        else context.stop(context.self);
      }),
    );
    send('go');
    tell('end');
    settle();
    effect.take().answer(1);
    expect(system.deadLetters.counts).toMatchObject({ stale: 1, stopped: 0 });
  });

  test('threw, for the message at which the actor failed', () => {
    const { send, system } = probe(
      acting<{ type: string }>(() => {
        throw new Error('no');
      }),
    );
    send({ type: 'bad' });
    expect(system.deadLetters.newest()).toMatchObject([{ reason: 'threw', what: 'bad', envelope: 2 }]);
  });

  test('ignored, for an event that a machine does not take', () => {
    const machine = createMachine({ initial: 'idle', states: { idle: {} } });
    const { send, system } = probe(
      acting<string>((_word, context) =>
        machineActor(context as never, machine, undefined, () => undefined).send({ type: 'GO' }),
      ),
    );
    send('go');
    expect(system.deadLetters.newest()).toMatchObject([{ reason: 'ignored', what: 'GO in idle', path: '/actor' }]);
  });
});

describe('Descriptions', () => {
  test('name a message and never show its content', () => {
    const messages = [{ t: 'submit', body: 'secret' }, { type: 'GO' }, { body: 'secret' }, 'secret', null, undefined];
    expect(messages.map(describeMessage)).toEqual(['submit', 'GO', 'object', 'string', 'object', 'undefined']);
  });

  test('put into words whatever was thrown', () => {
    const thrown = [new TypeError('no'), 'text', undefined, null, Object.create(null), Symbol('s'), ok(1)];
    expect(thrown.map((each) => describeError(each).error)).toEqual([
      ...['TypeError: no', 'text', 'undefined', 'object', 'object', 'symbol', 'object'],
    ]);
  });
});
