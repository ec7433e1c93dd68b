// Every input of an actor is an envelope that says what led to it.
import { describe, expect, test } from 'vitest';
import { ok } from '#contract/effects';
import type { Reply } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { probe, world } from '#testkit/probe';
import type { Line } from '#testkit/probe';

const ids = (lines: readonly Line[]) => lines.map(({ id }) => id);
const lineOf = (lines: readonly Line[], message: unknown): Line => {
  const found = lines.find((line) => JSON.stringify(line.message) === JSON.stringify(message));
  if (found === undefined) throw new Error(`no envelope with ${JSON.stringify(message)}`);
  return found;
};

describe('An envelope', () => {
  test('has an id that rises in the order of telling', () => {
    const { tell, settle, transcript } = probe(acting<string>());
    ['a', 'b', 'c'].forEach((word) => void tell(word));
    settle();
    expect(transcript.map(({ message }) => message)).toEqual([{ t: 'start' }, 'a', 'b', 'c']);
    expect(ids(transcript)).toEqual([1, 2, 3, 4]);
  });

  test('from outside has cause 0 and no sender', () => {
    const { send, transcript } = probe(acting<string>());
    send('a');
    expect(transcript[1]).toMatchObject({ cause: 0, from: '', at: 0 });
  });

  test('names the one that led to it: through tell and spawn', () => {
    const child = acting<string>();
    const { send, transcript } = probe(
      acting<string>((word, context) => void context.tell(context.spawn(child, 'child'), `${word}!`)),
    );
    send('go');
    const go = lineOf(transcript, 'go');
    const started = transcript.find(({ path, message }) => path === '/actor/child' && message !== 'go!');
    expect(started).toMatchObject({ cause: go.id, message: { t: 'start' } });
    expect(lineOf(transcript, 'go!')).toMatchObject({ cause: go.id, from: '/actor', path: '/actor/child' });
  });

  test('names the one that led to it: through a timer, again and again', () => {
    const { send, advance, transcript } = probe(
      acting<string>((word, context) => {
        if (word !== 'go') return;
        context.after('once', 5, 'once');
        context.every('tick', 10, `tick`);
      }),
    );
    send('go');
    advance(20);
    const go = lineOf(transcript, 'go');
    expect(lineOf(transcript, 'once')).toMatchObject({ cause: go.id, at: 5, from: '/actor' });
    const [first, second] = transcript.filter(({ message }) => message === 'tick');
    expect(first).toMatchObject({ cause: go.id, at: 10 });
    expect(second).toMatchObject({ cause: first?.id, at: 20 });
  });

  test('names the one that led to it: through an effect and an ask, whoever answers', () => {
    const { system, driver, transcript } = world();
    const server = system.spawn(
      acting<Reply<number>>((reply) => reply(ok(1))),
      'server',
    );
    const client = system.spawn(
      acting<string>((word, context) => {
        if (word !== 'go') return;
        context.start(
          (done) => void driver.clock.schedule(5, () => done(ok(1))),
          () => 'effect',
        );
        context.ask(
          server,
          (reply: Reply<number>) => reply,
          () => 'answer',
        );
      }),
      'client',
    );
    client.tell('go');
    driver.advance(10);
    const go = transcript.find(({ message }) => message === 'go');
    expect(lineOf(transcript, 'effect')).toMatchObject({ cause: go?.id, at: 5, from: '/client' });
    expect(lineOf(transcript, 'answer')).toMatchObject({ cause: go?.id, at: 0, from: '/client' });
  });

  test('keeps a cause of another system, and its own id is global', () => {
    const { system, driver, transcript } = world();
    const causes: string[] = [];
    const ref = system.spawn(
      acting<string>((_word, context) => void causes.push(context.cause)),
      'actor',
    );
    expect(system.tellCausedBy('other:7:42', ref, 'hello')).toBeUndefined();
    driver.settle();
    expect(transcript[1]).toMatchObject({ cause: 'other:7:42', id: 2 });
    expect(causes).toEqual(['probe:1:2']);
  });

  test('shows the life cycle to an observer, and nothing is shown once it is gone', () => {
    const { system, send, received } = probe(
      acting<string>((word, context) => void (word === 'end' && context.stop(context.self))),
    );
    send('a');
    system.observer = undefined;
    send('unseen');
    expect(received).toEqual([{ t: 'start' }, 'a']);
  });
});

describe('Time', () => {
  test('stands within a turn, on every driver', () => {
    const seen: number[] = [];
    const { tell, advance } = probe(
      acting<string>((_word, context) => void seen.push(context.now)),
      { startAt: 1_000 },
    );
    tell('a');
    tell('b');
    advance(50);
    tell('c');
    advance(50);
    expect(seen).toEqual([1_000, 1_000, 1_050]);
  });
});
