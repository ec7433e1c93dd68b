// The probe by example: one actor, fake ports, virtual time. Read this before you test an actor of your own.
import { describe, expect, test } from 'vitest';
import { fault, ok } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import type { Behaviour, Ref } from '#runtime/types';
import { held, probe, recorder, world } from '#testkit/probe';

/** The actor under test: keeps notes in a store, one write at a time, and gives up after a while. */
interface Store {
  write(note: string): Effect<{ readonly id: number }>;
}
type Note =
  | { readonly t: 'note'; readonly text: string; readonly reply: Ref<string> }
  | { readonly t: 'written'; readonly note: Extract<Note, { t: 'note' }>; readonly outcome: Outcome<{ id: number }> }
  | { readonly t: 'remind'; readonly reply: Ref<string> };

const notebook = (store: Store): Behaviour<number, Note> => ({
  kind: 'notebook',
  init: () => 0,
  receive: (count, message, context) => {
    switch (message.t) {
      case 'note':
        context.start(store.write(message.text), (outcome) => ({ t: 'written', note: message, outcome }));
        return count;
      case 'written':
        context.tell(
          message.note.reply,
          message.outcome.ok ? `#${message.outcome.value.id}` : message.outcome.fault.code,
        );
        context.after('remind', 1_000, { t: 'remind', reply: message.note.reply });
        return count + 1;
      case 'remind':
        context.tell(message.reply, `${count} notes`);
        return count;
    }
  },
});

describe('A probe', () => {
  test('sends a message, answers the port by hand, and sees what the actor told', () => {
    const write = held<Store['write']>();
    const reply = recorder<string>();
    const { send, settle } = probe(notebook({ write }));

    send({ t: 'note', text: 'milk', reply });
    expect(write.calls.map(({ args }) => args)).toEqual([['milk']]);
    expect(reply.take()).toEqual([]);

    write.take().answer({ id: 7 });
    settle();
    expect(reply.take()).toEqual(['#7']);
  });

  test('lets a port fail, or not answer at all', () => {
    const write = held<Store['write']>();
    const reply = recorder<string>();
    const { send, advance, deadLetters } = probe(notebook({ write }), { limits: { 'effect.deadlineMs': 500 } });
    ['milk', 'bread'].forEach((text) => void send({ t: 'note', text, reply }));
    write.take().fail(fault('store.unavailable', 'down'));
    advance(500);
    expect(reply.take()).toEqual(['store.unavailable', 'runtime.deadline']);
    write.take().answer({ id: 1 });
    expect(deadLetters()).toMatchObject([{ reason: 'stale', path: '/actor' }]);
    expect(() => write.take()).toThrow('no call waits for an answer (there were 2)');
  });

  test('moves time, and rings timers at their own', () => {
    const reply = recorder<string>();
    const { send, advance, transcript } = probe(notebook({ write: () => (done) => done(ok({ id: 1 })) }));
    send({ t: 'note', text: 'milk', reply });
    advance(999);
    expect(reply.take()).toEqual(['#1']);
    advance(1);
    expect(reply.take()).toEqual(['1 notes']);
    expect(transcript.at(-1)).toMatchObject({ path: '/actor', at: 1_000, message: { t: 'remind' } });
  });

  test('steps one turn at a time', () => {
    const { tell, step, received } = probe(notebook({ write: () => () => undefined }), {
      limits: { 'mailbox.batch': 1 },
    });
    ['milk', 'bread'].forEach((text) => void tell({ t: 'note', text, reply: recorder() }));
    expect(received.length).toBe(1);
    expect([step(), received.length]).toEqual([true, 2]);
    expect([step(), step(), received.length]).toEqual([true, false, 3]);
  });

  test('shows failures: what was logged, what was lost, and the restart', () => {
    const write = (): Effect<never> => () => undefined;
    const breaking: Behaviour<number, Note> = { ...notebook({ write }), receive: () => JSON.parse('{') as number };
    const { send, advance, logged, deadLetters, received } = probe(breaking);
    send({ t: 'note', text: 'milk', reply: recorder() });
    expect(logged).toMatchObject([{ level: 'error', message: 'an actor failed', fields: { path: '/actor' } }]);
    expect(deadLetters()).toMatchObject([{ reason: 'threw', what: 'note' }]);
    advance(100);
    expect(received.at(-1)).toEqual({ t: 'start' });
  });

  test('names, bounds and seeds the actor as told', () => {
    const drawing: Behaviour<number, string> = {
      kind: 'drawing',
      init: (context) => context.random.next(),
      receive: (drawn, _word, context) => {
        context.tell(sink, drawn);
        return drawn;
      },
    };
    const sink = recorder<number>();
    for (const seed of ['a', 'a', 'b']) {
      const { ref, send, tell } = probe(drawing, { seed, name: 'dice', mailbox: 1 });
      expect(ref.path).toBe('/dice');
      send('draw');
      expect([tell('one'), tell('two')?.code]).toEqual([undefined, 'runtime.mailbox_full']);
    }
    const [first, same, other] = sink.heard;
    expect(first).toBe(same);
    expect(first).not.toBe(other);
  });
});

describe('A recorder', () => {
  test('hands out what is new, keeps everything, and refuses when told to', () => {
    const sink = recorder<number>('sink');
    expect(sink.tell(1)).toBeUndefined();
    expect([sink.take(), sink.take()]).toEqual([[1], []]);
    sink.refuse(fault('runtime.mailbox_full', 'full'));
    expect(sink.tell(2)?.code).toBe('runtime.mailbox_full');
    sink.refuse(undefined);
    sink.tell(3);
    expect([sink.take(), sink.heard, sink.path]).toEqual([[3], [1, 3], 'sink']);
  });
});

describe('A world', () => {
  test('is a system for several actors', () => {
    const { system, driver, transcript, logged } = world({ startAt: 5 });
    const reply = recorder<string>();
    const one = system.spawn(notebook({ write: () => (done) => done(ok({ id: 1 })) }), 'one');
    const other = system.spawn(notebook({ write: () => () => undefined }), 'other');
    [one, other].forEach((ref) => void ref.tell({ t: 'note', text: 'x', reply }));
    driver.settle();
    expect([reply.take(), logged, transcript[0]?.at]).toEqual([['#1'], [], 5]);
  });
});
