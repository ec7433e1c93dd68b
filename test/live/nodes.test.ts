// Where servers are, over real Redis: known on every shard for as long as each says so, and not a moment longer.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from '#adapters/redis/fleet';
import { RedisNodes } from '#adapters/redis/nodes';
import { systemTime } from '#adapters/system/time';
import { withLimits } from '#contract/limits';
import { findNodes } from '#node/find-nodes';
import { guardOf } from '#resilience/guarding';
import { seededRandom } from '#runtime/random';
import { startServices } from '#scripts/services/start';
import type { Services } from '#scripts/services/services';
import { redis } from '#test/live/services/kit';
import { freshName } from '#test/ports/words';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let own: Services;
const fleets: Fleet[] = [];

beforeAll(async () => {
  own = await startServices({ only: ['redis'], shards: 2, replicas: 0, sentinels: 0 });
}, 60_000);

afterAll(() => own.stop());

afterEach(() => {
  for (const fleet of fleets.splice(0)) fleet.close();
});

const open = async (ttlMs = 1_000) => {
  const limits = withLimits({ 'nodes.ttlMs': ttlMs, 'call.deadlineMs': 300 });
  const guardFor = (name: string) =>
    guardOf({
      ...{ name, time: systemTime, random: seededRandom(name), limits, tell: () => undefined },
      ...{ breaker: { state: 'closed', isProbing: false, opensAt: 0 }, count: () => undefined },
    });
  const prefix = freshName('nodes-');
  const url = own.env['HOGMANAY_REDIS'] ?? '';
  const fleet = await Fleet.open({ url, prefix, guardFor, limits, log: quiet, time: systemTime });
  fleets.push(fleet);
  const nodes = new RedisNodes(fleet, prefix, limits['nodes.ttlMs']);
  const known = async (now: number) => (await nodes.all(now)).map(({ node }) => node);
  return { nodes, known, prefix, url };
};

const [a, b] = ['a', 'b'].map((node) => ({ node, url: `http://${node}:8081` })) as [
  { node: string; url: string },
  { node: string; url: string },
];

describe('where servers are', () => {
  test("'nodes.ttlMs': one that says nothing for so long is forgotten, one that ends at once", async () => {
    const { nodes, known } = await open();
    const now = Date.now();
    await nodes.announce(a, now);
    await nodes.announce(b, now + 600);
    expect(await known(now + 1_000)).toEqual(['a', 'b']);
    expect(await known(now + 1_001)).toEqual(['b']);
    await nodes.announce(a, now + 1_100);
    expect(await known(now + 1_599)).toEqual(['a', 'b']);
    await nodes.leave(b);
    expect(await known(now + 1_599)).toEqual(['a']);
  });

  test('one that has gone for good is taken out of the set, and the set goes with the last', async () => {
    const { nodes, prefix } = await open();
    const [shard] = own.redis.shards;
    const size = () => redis(shard?.primary ?? { port: 0 }, 'ZCARD', `${prefix}nodes`);
    const now = Date.now();
    await nodes.announce(a, now);
    await nodes.announce(b, now + 1_001);
    expect(Number(await size())).toBe(1);
    expect(Number(await redis(shard?.primary ?? { port: 0 }, 'PTTL', `${prefix}nodes`))).toBeGreaterThan(0);
  });

  test('found although a shard is away, by the command as well; with none of them it is said', async () => {
    const { nodes, known, prefix, url } = await open(60_000);
    const services = { redis: url, kafka: '', dynamodb: '', prefix };
    const primaries = own.redis.shards.map(({ primary }) => primary);
    await nodes.announce(a, Date.now());
    await primaries[0]?.kill();
    expect(await known(Date.now())).toEqual(['a']);
    await nodes.announce(a, Date.now());
    expect(await findNodes(services)).toEqual([a]);
    await primaries[1]?.kill();
    await expect(known(Date.now())).rejects.toMatchObject({ code: 'store.unavailable' });
    await Promise.all(primaries.map((primary) => primary.restart()));
  }, 60_000);
});
