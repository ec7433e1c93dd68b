// The ports that are Redis's alone, or Redis in front of the database, pass their suites.
import { describe } from 'vitest';
import { MemoryWorld } from '#adapters/memory/world';
import { redisBaton } from '#adapters/redis/baton';
import { Fleet } from '#adapters/redis/fleet';
import { RedisNews } from '#adapters/redis/news';
import { systemTime } from '#adapters/system/time';
import { tieredBus } from '#adapters/tiered/bus';
import { ok, settled } from '#contract/effects';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import { VirtualClock } from '#runtime/virtual-clock';
import { sleep } from '#test/e2e/driver/wait';
import { liveServices } from '#test/live/services';
import { batonSuite, batonTimes } from '#test/ports/baton.suite';
import { busSuite } from '#test/ports/bus.suite';
import { settle } from '#test/ports/harness';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Redis over a database in memory. */
const open = async () => {
  const { redis, prefix } = liveServices();
  const limits = withLimits(batonTimes);
  const fleet = await Fleet.open({
    ...{ url: redis, prefix, guardFor: () => unguarded, limits, log: quiet, time: systemTime },
  });
  const clock = new VirtualClock();
  const world = new MemoryWorld({ clock, latency: () => 0 });
  const ports = world.ports('a');
  const news = new RedisNews({ fleet, prefix, limits, log: quiet });
  const ticking = setInterval(() => clock.advance(1), 1);
  return {
    ports: {
      ...ports,
      bus: tieredBus({
        news,
        members: ports.members,
        log: { append: () => settled(ok([])) },
        touched: () => undefined,
      }),
      baton: redisBaton(fleet, prefix, limits),
    },
    outcome: settle,
    pass: sleep,
    close: () => {
      clearInterval(ticking);
      fleet.close();
      return Promise.resolve();
    },
  };
};

describe('Redis', () => {
  busSuite(open);
  batonSuite(open);
});
