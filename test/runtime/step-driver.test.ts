// The stepping driver: one turn at a time, in an order that a seed or a chooser decides, and nothing real.
import { describe, expect, test } from 'vitest';
import { ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { Region } from '#runtime/region';
import type { StepPolicy } from '#runtime/step-driver';
import type { Ref } from '#runtime/types';
import { acting } from '#test/runtime/acting';
import { world } from '#testkit/probe';
import type { Line } from '#testkit/probe';

/** Three actors that tell each other round and round. */
const carousel = (policy: StepPolicy): readonly Line[] => {
  const { system, driver, transcript } = world({ policy, limits: { 'mailbox.batch': 1 } });
  const refs: Ref<number>[] = [];
  for (const [index, name] of ['a', 'b', 'c'].entries())
    refs.push(
      system.spawn(
        acting<number>((left, context) => {
          if (left > 0) context.tell(refs[(index + 1) % 3] as Ref<number>, left - 1);
        }),
        name,
      ),
    );
  for (const ref of refs) [5, 6].forEach((left) => void ref.tell(left));
  driver.settle();
  return transcript;
};

const order = (lines: readonly Line[]): string => lines.map(({ path, message }) => `${path}${String(message)}`).join();

describe('The order of turns', () => {
  test('under random is one for a seed, to the last envelope, and another for other seeds', () => {
    expect(carousel({ random: '1' })).toEqual(carousel({ random: '1' }));
    const orders = new Set(Array.from({ length: 20 }, (_, seed) => order(carousel({ random: `${seed}` }))));
    expect(orders.size).toBeGreaterThan(15);
  });

  test('never changes the order of one teller’s messages to one actor', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { system, driver, transcript } = world({ policy: { random: `${seed}` }, limits: { 'mailbox.batch': 2 } });
      const sink = system.spawn(acting<string>(), 'sink');
      for (const name of ['x', 'y'])
        system
          .spawn(
            acting<string>((_word, context) => [1, 2, 3].forEach((n) => void context.tell(sink, `${name}${n}`))),
            name,
          )
          .tell('go');
      driver.settle();
      const heard = transcript.filter(({ path }) => path === '/sink').map(({ message }) => String(message));
      for (const name of ['x', 'y'])
        expect(heard.filter((word) => word.startsWith(name))).toEqual([1, 2, 3].map((n) => `${name}${n}`));
    }
  });

  test('under choose is the chooser’s, who is asked only where there is a choice', () => {
    const asked: string[] = [];
    const last = carousel({
      choose: (ready) => {
        asked.push(ready.map(({ path }) => path).join(''));
        return ready.length - 1;
      },
    });
    expect(asked.every((paths) => paths.length > 2)).toBe(true);
    expect(order(last)).not.toBe(order(carousel('fifo')));
    expect(last.length).toBe(carousel('fifo').length);
  });

  test('keeps to first in, first out over thousands of ready actors', () => {
    const { system, driver, transcript } = world();
    const refs = Array.from({ length: 3_000 }, (_, index) => system.spawn(acting<number>(), `${index}`));
    driver.settle();
    const before = transcript.length;
    for (const [index, ref] of refs.entries()) ref.tell(index);
    driver.settle();
    expect(transcript.slice(before).map(({ message }) => message)).toEqual(refs.map((_ref, index) => index));
    expect([driver.ready, driver.step()]).toEqual([0, false]);
  });
});

describe('A simulation that touches the real world', () => {
  const starting = (effect: Effect<number>) => {
    const { system, driver } = world();
    // A region sweeps for ever, an actor ticks: timers of the runtime itself prove nothing.
    new Region<string>(system, 'region', { idleMs: 100, behaviour: () => acting<string>() });
    const ticking = acting<string>(undefined, { init: (context) => void context.every('tick', 10, 'tick') });
    system.spawn(ticking, 'ticking');
    const ref = system.spawn(
      acting<string>((word, context) => void (word === 'go' && context.start(effect, () => 'x'))),
      'a',
    );
    ref.tell('go');
    return { system, driver };
  };

  test('fails as runtime.real_async_in_simulation: a promise stands behind an effect', async () => {
    const effect: Effect<number> = (done) => void Promise.resolve(1).then((value) => done(ok(value)));
    const { system, driver } = starting(effect);
    expect(() => driver.assertVirtual(system)).not.toThrow();
    driver.advance(100);
    expect(() => driver.assertVirtual(system)).toThrow('runtime.real_async_in_simulation: 1 effects cannot end');
    await Promise.resolve();
    driver.settle();
    expect(() => driver.assertVirtual(system)).not.toThrow();
  });

  test('is told from one whose port answers from a clock event', () => {
    const { system, driver } = world();
    const effect: Effect<number> = (done) => void driver.clock.schedule(500, () => done(ok(1)));
    const ref = system.spawn(
      acting<string>((word, context) => void (word === 'go' && context.start(effect, () => 'x'))),
      'a',
    );
    ref.tell('go');
    for (let step = 0; step < 6; step += 1) {
      driver.advance(100);
      expect(() => driver.assertVirtual(system)).not.toThrow();
    }
    expect(system.effectsOutstanding).toBe(0);
  });

  test('is told from one in which actors wait for each other', () => {
    const { system, driver } = world();
    const silent = system.spawn(acting<string>(), 'silent');
    const asker = acting<string>(
      (word, context) =>
        void (
          word === 'go' &&
          context.ask(
            silent,
            () => 'question',
            () => 'x',
          )
        ),
    );
    system.spawn(asker, 'asker').tell('go');
    driver.advance(100);
    expect(() => driver.assertVirtual(system)).not.toThrow();
  });
});
