/** The shared world of the simulated nodes, in the weather of the moment. */
import { fault } from '#contract/effects';
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

export const memoryWorld = (clock: Clock, random: Random, weather: Weather) => {
  const world = new MemoryWorld({
    clock,
    latency: () => random.int(6),
    passage: () => (random.next() < weather.lost ? 'drop' : { delayMs: random.int(weather.longestDelayMs) }),
  });
  const rule = (): Verdict => drawVerdict(random, weather);
  const ports = (node: string): Ports => {
    const plain = world.ports(node);
    return {
      ...plain,
      store: withFaults(plain.store, ['item', 'append', 'read', 'markFanned'], clock, rule),
      members: withFaults(plain.members, ['sharing', 'inAtLeast'], clock, rule),
      receipts: withFaults(plain.receipts, ['raise', 'of'], clock, rule),
      inbox: withFaults(plain.inbox, ['page'], clock, rule),
      presence: withFaults(plain.presence, ['of'], clock, rule),
      bus: withFaults(plain.bus, ['fanOut'], clock, rule),
    };
  };
  return { ports };
};
