/** The shared world of the simulated nodes, in the weather of the moment. */
import { failed, fault } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import type { Ports } from '#contract/ports/ports';
import type { Clock, Random } from '#contract/ports/system';
import { MemoryWorld } from '#adapters/memory/world';
import type { Weather } from '#test/nodes/faults';

export const memoryWorld = (clock: Clock, random: Random, weather: Weather) => {
  const world = new MemoryWorld({
    clock,
    latency: () => random.int(6),
    passage: () => {
      if (random.next() < weather.lost) return 'drop';
      return { delayMs: random.int(weather.longestDelayMs) };
    },
  });
  const faulty = <T>(effect: Effect<T>): Effect<T> => withFaults(effect, random, weather);
  const ports = (node: string): Ports => {
    const plain = world.ports(node);
    const { store, bus } = plain;
    return {
      ...plain,
      store: {
        ...store,
        item: (conv) => faulty(store.item(conv)),
        append: (group) => faulty(store.append(group)),
        read: (range) => faulty(store.read(range)),
        markFanned: (conv, range) => faulty(store.markFanned(conv, range)),
      },
      bus: { ...bus, fanOut: (from, cause, notices) => faulty(bus.fanOut(from, cause, notices)) },
    };
  };
  return { ports };
};

/** Refused before it was applied; applied, but the answer says that nobody knows; or applied and never answered. */
const withFaults =
  <T>(effect: Effect<T>, random: Random, weather: Weather): Effect<T> =>
  (done) => {
    const drawn = random.next();
    const { storeFaults } = weather;
    const unavailable = (kind: 'none' | 'unknown'): Outcome<T> => failed(fault('store.unavailable', 'weather', kind));
    if (drawn < storeFaults / 3) done(unavailable('none'));
    else if (drawn < (storeFaults * 2) / 3) effect(() => done(unavailable('unknown')));
    else if (drawn < storeFaults) effect(() => undefined);
    else effect(done);
  };
