/** The shared world of the simulated nodes, in the weather of the moment. */
import { fault } from '#contract/effects';
import type { PendingWrites } from '#contract/ports/pending';
import type { Ports } from '#contract/ports/ports';
import type { Clock, Random } from '#contract/ports/system';
import { MemoryWorld } from '#adapters/memory/world';
import { withFaults } from '#testkit/faults';
import type { Verdict } from '#testkit/faults';
import type { Weather } from '#test/nodes/faults';

/** Refused before it was applied; applied, but the answer says that nobody knows; or applied and never answered. */
const drawVerdict = (random: Random, { storeFaults }: Weather): Verdict => {
  const drawn = random.next();
  if (drawn < storeFaults / 3) return { fail: fault('store.unavailable', 'weather') };
  if (drawn < (storeFaults * 2) / 3) return { fail: fault('store.unavailable', 'weather', 'unknown'), applied: true };
  return drawn < storeFaults ? 'drop answer' : 'pass';
};

/** In some worlds sends wait in a log while the store is away, in others nobody waits with them. */
export const memoryWorld = (clock: Clock, random: Random, weather: Weather) => {
  const world = new MemoryWorld({
    clock,
    queues: random.int(4) > 0,
    latency: () => random.int(6),
    passage: () => (random.next() < weather.lost ? 'drop' : { delayMs: random.int(weather.longestDelayMs) }),
  });
  const rule = (): Verdict => drawVerdict(random, weather);
  const away = { fail: fault('store.unavailable', 'away') };
  const storeRule = (): Verdict => (weather.isStoreAway ? away : rule());
  /** Whoever drains knows what it has done: what fails here was not applied. */
  const drainRule = (): Verdict => (random.next() < weather.storeFaults ? away : 'pass');
  const pendingOf = (pending: PendingWrites): PendingWrites => ({
    queue: (...args) => withFaults(pending, ['queue'], clock, rule).queue(...args),
    numbersOf: (...args) => withFaults(pending, ['numbersOf'], clock, storeRule).numbersOf(...args),
    drain: (receive) => pending.drain((batch) => receive(withFaults(batch, ['stored'], clock, drainRule))),
  });
  const ports = (node: string): Ports => {
    const plain = world.ports(node);
    return {
      ...plain,
      ...(plain.pending === undefined ? {} : { pending: pendingOf(plain.pending) }),
      store: withFaults(plain.store, ['item', 'append', 'read', 'markFanned'], clock, storeRule),
      members: withFaults(plain.members, ['sharing', 'inAtLeast'], clock, storeRule),
      receipts: withFaults(plain.receipts, ['raise', 'of'], clock, rule),
      inbox: withFaults(plain.inbox, ['page'], clock, rule),
      presence: withFaults(plain.presence, ['of'], clock, rule),
      bus: withFaults(plain.bus, ['fanOut'], clock, rule),
    };
  };
  return { ports, rebalance: (shift: number) => world.queued.rebalance(shift) };
};
