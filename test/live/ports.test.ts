// Every port of the real backend passes the suites that the embedded one and the memory twins pass.
import { describe } from 'vitest';
import { noMeter } from '#contract/metrics';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import { freshSeed } from '#adapters/system/random';
import { systemTime } from '#adapters/system/time';
import { openReal } from '#node/real';
import { setUp } from '#node/set-up';
import { TraceBook } from '#ops/trace-book';
import { NactDriver } from '#runtime/nact-driver';
import { RealClock } from '#runtime/real-clock';
import { ActorSystem } from '#runtime/system';
import { sleep } from '#test/e2e/driver/wait';
import { liveServices } from '#test/live/services';
import { batonSuite, batonTimes } from '#test/ports/baton.suite';
import { busSuite } from '#test/ports/bus.suite';
import { settle } from '#test/ports/harness';
import { inboxSuite } from '#test/ports/inbox.suite';
import { membersSuite } from '#test/ports/members.suite';
import { pendingSuite, pendingTimes } from '#test/ports/pending.suite';
import { positionsSuite } from '#test/ports/positions.suite';
import { presenceSuite } from '#test/ports/presence.suite';
import { receiptsSuite } from '#test/ports/receipts.suite';
import { storeSuite } from '#test/ports/store.suite';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const open =
  (changed: Partial<Record<LimitName, number>> = {}) =>
  async () => {
    const services = liveServices();
    await setUp(services, () => undefined);
    const limits = withLimits(changed);
    const clock = new RealClock(systemTime);
    const driver = new NactDriver(clock);
    const given = { name: 'ports', epoch: '1', driver, limits, log: quiet, seed: freshSeed() };
    const system = new ActorSystem(given);
    const book = new TraceBook({ node: 'a', limits, now: () => systemTime.now() });
    const backend = await openReal(services, { node: 'a', limits, log: quiet, meter: noMeter, book, system });
    const close = async (): Promise<void> => {
      await backend.close();
      system.stop();
      driver.stop();
      clock.stop();
    };
    return { ports: backend.ports, outcome: settle, pass: sleep, close };
  };

describe('Redis, Kafka and DynamoDB', () => {
  storeSuite(open(), 5);
  membersSuite(open());
  positionsSuite(open());
  receiptsSuite(open());
  inboxSuite(open(), 'dynamodb');
  presenceSuite(open());
  busSuite(open());
  batonSuite(open(batonTimes));
  pendingSuite(open(pendingTimes));
});
