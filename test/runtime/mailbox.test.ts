// A mailbox is bounded: what does not fit is refused to the teller, and what the actor itself started always fits.
import { describe, expect, test } from 'vitest';
import { ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { Mailbox } from '#runtime/mailbox';
import { acting } from '#test/runtime/acting';
import { held, probe } from '#testkit/probe';

describe('A full mailbox', () => {
  test('refuses with runtime.mailbox_full and keeps what it has', () => {
    const { tell, settle, transcript, system } = probe(acting<string>(), { mailbox: 2 });
    expect([tell('a'), tell('b')]).toEqual([undefined, undefined]);
    expect(tell('c')).toEqual({
      code: 'runtime.mailbox_full',
      message: 'the mailbox of /actor is full',
      effect: 'none',
    });
    settle();
    expect(tell('d')).toBeUndefined();
    settle();
    expect(transcript.map(({ message }) => message)).toEqual([{ t: 'start' }, 'a', 'b', 'd']);
    expect(system.deadLetters.counts.full).toBe(1);
  });

  test('takes outcomes, timers and stops all the same, and before what was told', () => {
    const effect = held<() => Effect<number>>();
    const { tell, send, settle, advance, transcript } = probe(
      acting<string>((word, context) => {
        if (word !== 'go') return;
        context.start(effect(), () => 'outcome');
        context.after('timer', 5, 'timer');
      }),
      { mailbox: 2 },
    );
    send('go');
    ['a', 'b'].forEach((word) => void tell(word));
    expect(tell('c')?.code).toBe('runtime.mailbox_full');
    effect.take().answer(1);
    settle();
    advance(5);
    expect(transcript.slice(2).map(({ message }) => message)).toEqual(['outcome', 'a', 'b', 'timer']);
  });

  test('is as large as the default limit unless said otherwise', () => {
    const { tell } = probe(acting<number>(), { limits: { 'mailbox.default': 3 } });
    expect([1, 2, 3, 4].map((each) => tell(each)?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      'runtime.mailbox_full',
    ]);
  });
});

describe('A turn', () => {
  test('takes at most one batch, so that others get theirs', () => {
    const { system, driver, transcript, tell } = probe(acting<string>(), { limits: { 'mailbox.batch': 2 } });
    const other = system.spawn(acting<string>(), 'other');
    driver.settle();
    ['a', 'b', 'c', 'd', 'e'].forEach((word) => void tell(word));
    other.tell('x');
    driver.settle();
    expect(transcript.slice(2).map(({ message }) => message)).toEqual(['a', 'b', 'x', 'c', 'd', 'e']);
  });

  test('never runs within another: done and tell only put into the mailbox', () => {
    const depth: number[] = [];
    let now = 0;
    const { send } = probe(
      acting<number>((left, context) => {
        depth.push((now += 1));
        if (left > 0) {
          context.start(
            (done) => done(ok(left)),
            () => 0,
          );
          context.tell(context.self, left - 1);
        }
        now -= 1;
      }),
    );
    send(3);
    expect(new Set(depth)).toEqual(new Set([1]));
    expect(depth.length).toBe(7);
  });
});

interface Numbered {
  readonly n: number;
  next: Numbered | undefined;
}

describe('The queue', () => {
  test('keeps the order over any mix of offers and takes', () => {
    const mailbox = new Mailbox<Numbered>(10_000);
    const taken: (number | undefined)[] = [];
    let next = 0;
    for (let round = 0; round < 200; round += 1) {
      for (let offers = 0; offers < 1 + ((round * 7) % 90); offers += 1) mailbox.offer({ n: next++, next: undefined });
      for (let takes = 0; takes < (round * 5) % 83; takes += 1) {
        const got = mailbox.takeTold();
        if (got !== undefined) taken.push(got.n);
      }
    }
    for (let got = mailbox.takeTold(); got !== undefined; got = mailbox.takeTold()) taken.push(got.n);
    expect(taken).toEqual(Array.from({ length: next }, (_, index) => index));
    expect([mailbox.told, mailbox.control]).toEqual([0, 0]);
  });
});
