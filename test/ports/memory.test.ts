// The memory twins pass the suites in virtual time; and what only they can show: an operation that is applied and never
// answered, messages between nodes that are late or lost, an index that is gone.
import { describe, expect, test } from 'vitest';
import type { Effect, Outcome } from '#contract/effects';
import { withLimits } from '#contract/limits';
import type { NodeMessage } from '#contract/ports/bus';
import { MemoryWorld } from '#adapters/memory/world';
import type { Passage } from '#adapters/memory/world';
import { seededRandom } from '#runtime/random';
import { VirtualClock } from '#runtime/virtual-clock';
import { batonSuite, batonTimes } from '#test/ports/baton.suite';
import { busSuite } from '#test/ports/bus.suite';
import type { Backend } from '#test/ports/harness';
import { inboxSuite } from '#test/ports/inbox.suite';
import { membersSuite } from '#test/ports/members.suite';
import { pendingSuite, pendingTimes } from '#test/ports/pending.suite';
import { positionsSuite } from '#test/ports/positions.suite';
import { presenceSuite } from '#test/ports/presence.suite';
import { receiptsSuite } from '#test/ports/receipts.suite';
import { storeSuite } from '#test/ports/store.suite';
import { conversation, draft, group, notice } from '#test/ports/words';

const openWorld = (seed = 'ports', passage?: () => Passage) => {
  const clock = new VirtualClock(1_000);
  const random = seededRandom(seed);
  const latency = (): number => random.int(20);
  const world = new MemoryWorld(passage === undefined ? { clock, latency } : { clock, latency, passage });
  return { clock, world };
};

const open = (): Promise<Backend> => {
  const { clock, world } = openWorld();
  const outcome = <T>(effect: Effect<T>): Promise<Outcome<T>> =>
    new Promise((resolve) => {
      effect(resolve);
      clock.advance(100);
    });
  return Promise.resolve({ ports: world.ports('a'), outcome, close: () => Promise.resolve() });
};

/** Where moments count: an operation takes no time to speak of. */
const openQuick: Parameters<typeof batonSuite>[0] = () => {
  const clock = new VirtualClock(1_000);
  const limits = withLimits({ ...batonTimes, ...pendingTimes });
  const world = new MemoryWorld({ clock, latency: () => 0, limits, queues: true });
  const pass = (ms: number): void => clock.advance(ms);
  const outcome = <T>(effect: Effect<T>): Promise<Outcome<T>> =>
    new Promise((resolve) => {
      effect(resolve);
      pass(0);
    });
  return Promise.resolve({ ports: world.ports('a'), outcome, pass, close: () => Promise.resolve() });
};

describe('memory', () => {
  storeSuite(open, 200);
  membersSuite(open);
  positionsSuite(open);
  receiptsSuite(open);
  inboxSuite(open);
  presenceSuite(open);
  busSuite(open);
  batonSuite(openQuick);
  pendingSuite(openQuick);
});

describe('time in memory', () => {
  test('an operation is applied at one instant and answered at another', () => {
    const clock = new VirtualClock();
    const world = new MemoryWorld({ clock, latency: () => 10 });
    const { store } = world.ports('a');
    let answered = false;
    store.create(conversation('c'))(() => (answered = true));
    expect([world.conversations.item('c'), answered]).toEqual([{ ok: true, value: null }, false]);
    clock.advance(10);
    expect([world.conversations.item('c'), answered]).toMatchObject([{ ok: true, value: { conv: 'c' } }, false]);
    clock.advance(10);
    expect(answered).toBe(true);
  });

  test('the same seed takes the same time', () => {
    const timesOf = (seed: string): number[] => {
      const { clock, world } = openWorld(seed);
      const { store } = world.ports('a');
      const times: number[] = [];
      for (let n = 0; n < 20; n += 1) store.item('c')(() => times.push(clock.now()));
      clock.advance(100);
      return times;
    };
    expect(timesOf('one')).toEqual(timesOf('one'));
    expect(timesOf('one')).not.toEqual(timesOf('two'));
  });
});

describe('several nodes in memory', () => {
  const hearing = (passage?: () => Passage) => {
    const { clock, world } = openWorld('nodes', passage);
    const heard: string[] = [];
    const [a, b] = [world.ports('a'), world.ports('b')];
    const stop = b.bus.subscribe('b', (message: NodeMessage) => heard.push(message.cause));
    const publish = (cause: string) => a.bus.publish('b', { t: 'notices', cause, notices: [] })(() => undefined);
    return { clock, world, heard, a, b, publish, stop };
  };
  const causes = Array.from({ length: 30 }, (_, n) => `cause-${n}`);

  test('share one store: what one node appended another must expect', () => {
    const { clock, a, b } = hearing();
    const kinds: string[] = [];
    a.store.create(conversation('c'))(() => undefined);
    clock.advance(100);
    a.store.append(group('c', 0, [draft('one')]))((outcome) => kinds.push(outcome.ok ? outcome.value.kind : ''));
    clock.advance(100);
    b.store.append(group('c', 0, [draft('two')]))((outcome) => kinds.push(outcome.ok ? outcome.value.kind : ''));
    clock.advance(100);
    expect(kinds).toEqual(['appended', 'conflict']);
  });

  test('messages arrive in the order in which they left, however long each takes', () => {
    const { clock, heard, publish } = hearing();
    // One after the other: the way to the bus has a delay of its own.
    for (const cause of causes) {
      publish(cause);
      clock.advance(20);
    }
    clock.advance(100);
    expect(heard).toEqual(causes);
  });

  test('a rule loses them or makes them late', () => {
    const rules: Passage[] = ['drop', { delayMs: 500 }, 'pass'];
    const { clock, heard, publish } = hearing(() => rules.shift() ?? 'drop');
    for (const cause of ['lost', 'late', 'straight']) {
      publish(cause);
      clock.advance(40);
    }
    expect(heard).toEqual(['straight']);
    clock.advance(500);
    expect(heard).toEqual(['straight', 'late']);
  });

  test('who does not listen any more hears nothing', () => {
    const { clock, heard, publish, stop } = hearing();
    stop();
    publish('unheard');
    clock.advance(100);
    expect(heard).toEqual([]);
  });

  test('a fan-out reaches each other node that has sessions of those concerned, with what concerns them', () => {
    const { clock, heard, a, b } = hearing();
    const concerning = (user: string) => notice({ conv: user, from: 1, to: 1, recipients: [user] });
    b.bus.register({ user: 'bob', device: 'phone', node: 'b', session: 's' }, 1, 16)(() => undefined);
    a.bus.register({ user: 'alice', device: 'phone', node: 'a', session: 's' }, 1, 16)(() => undefined);
    clock.advance(100);
    const convs: string[] = [];
    const stop = b.bus.subscribe('b', (message) => {
      if (message.t === 'notices') convs.push(...message.notices.map(({ conv }) => conv));
    });
    a.bus.fanOut('a', 'one', [concerning('alice'), concerning('bob'), concerning('carol')])(() => undefined);
    a.bus.fanOut('a', 'two', [concerning('alice')])(() => undefined);
    clock.advance(100);
    stop();
    expect([heard, convs]).toEqual([['one'], ['bob']]);
  });

  test('the index is only raised, and may be lost as a whole', () => {
    const { clock, world, a } = hearing();
    const last = (): unknown => {
      let found: unknown;
      a.bus.resync('bob', 'phone')((outcome) => (found = outcome.ok ? [...outcome.value.last] : undefined));
      clock.advance(100);
      return found;
    };
    const say = (from: number, to: number) => {
      a.bus.fanOut('a', 'c', [notice({ conv: 'c', from, to, recipients: ['bob'] })])(() => undefined);
      clock.advance(100);
    };
    say(3, 9);
    say(1, 2);
    expect(last()).toEqual([['c', { seq: 9, since: 1 }]]);
    world.switchboard.wipe();
    expect(last()).toEqual([]);
  });
});

describe('ids in memory', () => {
  test('an operator’s idempotency.days: an id that is as old is new again', () => {
    const clock = new VirtualClock();
    const world = new MemoryWorld({ clock, latency: () => 0, limits: withLimits({ 'idempotency.days': 1 }) });
    world.conversations.create(conversation('c'));
    const at = (expected: number, now: number): unknown => {
      const outcome = world.conversations.append(group('c', expected, [draft('id-1')], { now }));
      return outcome.ok && outcome.value.kind === 'appended' ? outcome.value.results[0]?.seq : outcome;
    };
    expect([at(0, 1_000), at(1, 86_400_999), at(1, 86_401_000), at(2, 86_401_000)]).toEqual([1, 1, 2, 2]);
  });
});

describe('tokens in memory', () => {
  test('are a name, with an expiry if wanted, in virtual time', () => {
    const { clock, world } = openWorld();
    const { tokens } = world.ports('a');
    const verified: unknown[] = [];
    for (const token of ['alice', 'alice:5000', 'alice:900', ''])
      tokens.verify(
        token,
        1_000,
      )((outcome) => verified.push(outcome.ok ? outcome.value.expiresAt : outcome.fault.code));
    clock.advance(100);
    const bad = 'gateway.unauthenticated';
    expect(verified.sort()).toEqual([5_000, Number.MAX_SAFE_INTEGER, bad, bad]);
  });
});
