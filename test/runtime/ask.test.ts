// Asking: the reply or a typed timeout comes back; nothing is answered twice.
import { describe, expect, test } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import { Region } from '#runtime/region';
import type { Ref, Reply } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { recorder, world } from '#testkit/probe';

type Question = Reply<string>;

const asker = (target: Ref<Question>, timeoutMs?: number) =>
  acting<'go' | Outcome<string>>((word, context) => {
    const make = (reply: Reply<string>): Question => reply;
    if (word === 'go') context.ask(target, make, (outcome) => outcome, timeoutMs);
  });

const scene = (target: Ref<Question>, timeoutMs?: number) => {
  const { system, driver, transcript } = world({ limits: { 'effect.deadlineMs': 80 } });
  const ref = system.spawn(asker(target, timeoutMs), 'asker');
  ref.tell('go');
  driver.settle();
  const answers = () => transcript.slice(2).map(({ message }) => message);
  return { system, driver, answers };
};

describe('An actor that asks', () => {
  test('hears the reply, and is charged no outstanding effect for waiting', () => {
    const oracle = recorder<Question>('oracle');
    const { system, driver, answers } = scene(oracle);
    expect(system.effectsOutstanding).toBe(0);
    oracle.heard[0]?.(ok('yes'));
    driver.settle();
    expect(answers()).toEqual([ok('yes')]);
  });

  test('hears runtime.ask_timeout, effect unknown; the late reply is a dead letter', () => {
    const oracle = recorder<Question>('oracle');
    const { system, driver, answers } = scene(oracle, 30);
    driver.advance(30);
    expect(answers()).toEqual([failed(fault('runtime.ask_timeout', 'oracle did not answer within 30 ms', 'unknown'))]);
    oracle.heard[0]?.(ok('too late'));
    driver.settle();
    expect(answers().length).toBe(1);
    expect(system.deadLetters.newest()).toMatchObject([{ reason: 'stale', path: '/asker' }]);
  });

  test('waits as long as for an effect unless told otherwise', () => {
    const { driver, answers } = scene(recorder<Question>('oracle'));
    driver.advance(79);
    expect(answers()).toEqual([]);
    driver.advance(1);
    expect(answers()).toMatchObject([{ fault: { code: 'runtime.ask_timeout' } }]);
  });

  test('hears at once why it was refused', () => {
    const oracle = recorder<Question>('oracle');
    oracle.refuse(fault('runtime.mailbox_full', 'full'));
    expect(scene(oracle).answers()).toEqual([failed(fault('runtime.mailbox_full', 'full'))]);
  });
});

describe('An ask from outside', () => {
  test('resolves with the reply', async () => {
    const { system, driver } = world();
    const server = system.spawn(
      acting<Question>((reply) => reply(ok('here'))),
      'server',
    );
    const answer = system.ask(server, (reply: Question) => reply, 50);
    driver.settle();
    expect(await answer).toEqual(ok('here'));
    expect(driver.clock.pending).toBe(0);
  });

  test('resolves with runtime.ask_timeout, and a later reply is a dead letter', async () => {
    const { system, driver } = world();
    const replies: Question[] = [];
    const server = system.spawn(
      acting<Question>((reply) => void replies.push(reply)),
      'server',
    );
    const answer = system.ask(server, (reply: Question) => reply, 50);
    driver.advance(50);
    expect(await answer).toMatchObject({ ok: false, fault: { code: 'runtime.ask_timeout', effect: 'unknown' } });
    replies[0]?.(ok('late'));
    expect(system.deadLetters.newest()).toMatchObject([{ reason: 'stale', what: 'answer to an ask', from: '/server' }]);
  });

  test('resolves with the refusal of an actor that has stopped', async () => {
    const { system, driver } = world();
    const region = new Region<Question>(system, 'region', { idleMs: 10, behaviour: () => acting<Question>() });
    driver.settle();
    system.stop();
    const answer = await system.ask(region.ref('a'), (reply: Question) => reply, 50);
    expect(answer).toMatchObject({ ok: false, fault: { code: 'runtime.stopped' } });
  });
});
