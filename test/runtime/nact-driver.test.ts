// What nact alone does not give, on nact: nothing lost, nothing printed, no parent slowed down by its children.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dispatch, spawn, start, stop } from 'nact';
import { withLimits } from '#contract/limits';
import { NactDriver } from '#runtime/nact-driver';
import { ActorSystem } from '#runtime/system';
import { VirtualClock } from '#runtime/virtual-clock';
import { acting } from '#test/runtime/acting';
import { onNact } from '#test/runtime/stage';

vi.mock('nact', async (original) => {
  const nact = await original<Record<'spawn' | 'dispatch' | 'stop', () => unknown>>();
  return { ...nact, spawn: vi.fn(nact.spawn), dispatch: vi.fn(nact.dispatch), stop: vi.fn(nact.stop) };
});

const printed = ['log', 'info', 'warn', 'error'] as const;
let spied: { mock: { calls: unknown[][] } }[] = [];
beforeEach(() => void (spied = printed.map((level) => vi.spyOn(console, level))));
afterEach(() => expect(spied.flatMap(({ mock }) => mock.calls)).toEqual([]));

const rounds = async (count: number): Promise<void> => {
  for (let round = 0; round < count; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

const words = (transcript: readonly { readonly message: unknown }[]) =>
  transcript.map(({ message }) => String(message)).filter((message) => !message.includes('{'));

describe('On nact', () => {
  test('a throw does not lose the queue', async () => {
    const fragile = acting<string>((word) => {
      if (word === 'bad') throw new Error(word);
    });
    const { transcript } = await onNact(({ system }) => {
      const ref = system.spawn(fragile, 'fragile');
      return [() => ['a', 'bad', 'b', 'c'].forEach((word) => void ref.tell(word)), 1_000];
    });
    expect(words(transcript)).toEqual(['"a"', '"bad"', '"b"', '"c"']);
  });

  test('a tell to a stopped actor is a dead letter and says so', async () => {
    const refusals: (string | undefined)[] = [];
    const { deadLetters } = await onNact(({ system }) => {
      const ref = system.spawn(
        acting<string>((_word, context) => context.stop(context.self)),
        'mortal',
      );
      return [() => void ref.tell('end'), () => void refusals.push(ref.tell('late')?.code)];
    });
    expect(refusals).toEqual(['runtime.stopped']);
    expect(deadLetters).toMatchObject([{ reason: 'stopped', path: '/mortal', what: 'string' }]);
  });

  test('names may hold what nact’s may not', async () => {
    const { transcript } = await onNact(({ system }) => [
      () => void system.spawn(acting<string>(), 'ü b#%').tell('hello'),
    ]);
    expect(transcript.at(-1)).toMatchObject({ path: '/ü b#%', message: '"hello"' });
  });

  test('a turn costs one message of nact, whatever it holds', async () => {
    const driver = new NactDriver(new VirtualClock());
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const system = new ActorSystem({ name: 'n', epoch: '1', driver, limits: withLimits(), log, seed: 's' });
    const scheduled = vi.spyOn(driver, 'schedule');
    const ref = system.spawn(acting<number>(), 'a');
    await rounds(2);
    scheduled.mockClear();
    for (let index = 0; index < 250; index += 1) ref.tell(index);
    await rounds(2);
    expect(scheduled).toHaveBeenCalledTimes(1);
    driver.stop();
  });

  test('an actor that ends leaves nact too', async () => {
    await onNact(({ system }) => {
      const ref = system.spawn(
        acting<string>((_word, context) => context.stop(context.self), {
          init: (context) => void context.spawn(acting<string>(), 'child'),
        }),
        'mortal',
      );
      return [() => void ref.tell('end')];
    });
    const [mortal, shelf, child] = vi.mocked(spawn).mock.results.map(({ value }) => value as unknown);
    expect(
      vi
        .mocked(spawn)
        .mock.calls.map(([parent]) => parent)
        .slice(1),
    ).toEqual([mortal, shelf]);
    expect(
      vi
        .mocked(stop)
        .mock.calls.map(([ref]) => ref)
        .slice(0, 2),
    ).toEqual([child, mortal]);
  });

  test('10,000 children do not slow their parent: the nact actor that handles its messages has one', async () => {
    const { transcript } = await onNact(({ system }) => {
      const parent = system.spawn(
        acting<number>((count, context) => {
          for (let index = 0; index < count; index += 1) context.spawn(acting<string>(), `c${index}`);
        }),
        'parent',
      );
      return [() => void parent.tell(10_000), () => void parent.tell(0)];
    });
    expect(transcript.length).toBe(10_003);
    // nact copies the map of children for each message: those with many must never be told anything.
    const children = new Map<unknown, number>();
    for (const [parent] of vi.mocked(spawn).mock.calls) children.set(parent, (children.get(parent) ?? 0) + 1);
    expect(Math.max(...children.values())).toBe(10_000);
    const told = vi.mocked(dispatch).mock.calls.map(([ref]) => children.get(ref) ?? 0);
    expect([told.length > 10_000, Math.max(...told)]).toEqual([true, 1]);
  });
});

describe('nact itself', () => {
  test('still forgets in silence what is told to a stopped actor: the reason for dead letters', async () => {
    const heard: unknown[] = [];
    const ref = spawn(start(), (_state: undefined, message: unknown) => void heard.push(message), 'a');
    dispatch(ref, 1);
    await rounds(2);
    stop(ref);
    dispatch(ref, 2);
    await rounds(2);
    expect(heard).toEqual([1]);
  });

  test('still has no limit to its mailboxes: the reason for ours', () => {
    const ref = spawn(start(), () => undefined, 'a');
    for (let index = 0; index < 100_000; index += 1) dispatch(ref, index);
    expect(vi.mocked(dispatch).mock.results.filter(({ type }) => type === 'throw')).toEqual([]);
  });
});
