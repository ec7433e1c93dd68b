// What only a real Redis can show: primaries that die, hang and come back empty, replicas that serve, indexes that are
// trusted no longer than they may be.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startServices } from '#scripts/services/start';
import type { Services } from '#scripts/services/services';
import { Fleet } from '#adapters/redis/fleet';
import { redisInbox } from '#adapters/redis/inbox';
import { RedisNews } from '#adapters/redis/news';
import { RedisNodes } from '#adapters/redis/nodes';
import { MemoryEventLog } from '#adapters/memory/event-log';
import { MemoryWorld } from '#adapters/memory/world';
import { systemTime } from '#adapters/system/time';
import { tieredBus } from '#adapters/tiered/bus';
import { tieredInbox } from '#adapters/tiered/inbox';
import { toPromise } from '#contract/from-promise';
import type { InboxPage } from '#contract/inbox';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import { guardOf } from '#resilience/guarding';
import { seededRandom } from '#runtime/random';
import { VirtualClock } from '#runtime/virtual-clock';
import { sleep, until } from '#test/e2e/driver/wait';
import { eventually, redis } from '#test/live/services/kit';
import { conversation, draft, freshName, notice } from '#test/ports/words';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const slowMs = 120_000;

let own: Services;
const open: (() => void)[] = [];

beforeAll(async () => {
  own = await startServices({ only: ['redis'], shards: 1, replicas: 1 });
}, slowMs);

afterAll(() => own.stop());

afterEach(() => {
  for (const close of open.splice(0)) close();
});

const shard = () => {
  const [first] = own.redis.shards;
  if (first === undefined) throw new Error('no shard');
  return first;
};

/** The fleet of these servers, and the ports over a database in memory that counts who asks it. */
const connect = async (changed: Partial<Record<LimitName, number>> = {}, url = own.env['HOGMANAY_REDIS'] ?? '') => {
  const limits = withLimits({ 'call.deadlineMs': 500, ...changed });
  const prefix = freshName('redis-test-');
  const guardFor = (name: string) =>
    guardOf({
      ...{ name, time: systemTime, random: seededRandom(name), limits, tell: () => undefined },
      breaker: { state: 'closed', isProbing: false, opensAt: 0 },
    });
  const fleet = await Fleet.open({ url, prefix, guardFor, limits, log: quiet, time: systemTime });
  const clock = new VirtualClock();
  const world = new MemoryWorld({ clock, latency: () => 0 });
  const ticking = setInterval(() => clock.advance(1), 1);
  open.push(() => {
    clearInterval(ticking);
    fleet.close();
  });
  const { store, members, inbox: truth } = world.ports('a');
  const asked = { inbox: 0, members: 0 };
  const index = {
    page: (...given: Parameters<typeof truth.page>) => {
      asked.inbox += 1;
      return truth.page(...given);
    },
    touch: () => Promise.resolve(),
  };
  const pace = { time: systemTime, withinMs: 1_000, most: 100 };
  const cache = redisInbox(fleet, prefix, limits);
  const readsOf = () => Promise.resolve(new Map<string, number>());
  const inboxes = tieredInbox({ cache, index, readsOf, kept: limits['inbox.kept'], pace });
  const counted = {
    ...members,
    conversationsOf: (user: string) => {
      asked.members += 1;
      return members.conversationsOf(user);
    },
  };
  const news = new RedisNews({ fleet, prefix, limits, log: quiet });
  const bus = tieredBus({
    ...{ news, members: counted, events: new MemoryEventLog({ clock, latency: () => 0 }) },
    tail: { time: systemTime, limits, log: quiet },
    touched: (notices) => inboxes.touched(notices),
  });
  /** A conversation of these two, made at that time, as a fan-out tells of it. */
  const meet = async (users: readonly string[], at: number): Promise<string> => {
    const conv = freshName('conv-');
    await toPromise(store.create(conversation(conv, { founders: users, now: at })));
    await toPromise(bus.fanOut('a', 'cause', [notice({ conv, at, from: 0, to: 0, added: users, members: users })]));
    return conv;
  };
  const page = (user: string, limit = 20): Promise<InboxPage> => toPromise(inboxes.port.page(user, limit));
  return { fleet, prefix, store, bus, news, meet, page, asked, cache };
};

describe('an inbox', () => {
  test('A1 A3 A16 is the same from the cache and from the database, and nothing of it is lost with Redis', async () => {
    const { meet, page, asked } = await connect();
    for (const at of [3_000, 1_000, 2_000, 2_000]) await meet(['alice', 'bob'], at);
    const first = await page('alice');
    expect(asked.inbox).toBe(1);
    await sleep(100);
    const second = await page('alice');
    expect(second.source).toMatch(/primary|replica/);
    expect([second.items, second.next, asked.inbox]).toEqual([first.items, first.next, 1]);
    await redis(shard().primary, 'FLUSHALL');
    await sleep(100);
    const third = await page('alice');
    expect([third.items, asked.inbox]).toEqual([first.items, 2]);
  });

  test('A2 A6 A7 follows what is written, newest first, without the database', async () => {
    const { meet, page, asked, bus } = await connect();
    const [one, two] = [await meet(['alice', 'bob'], 1_000), await meet(['alice', 'carol'], 2_000)];
    await page('alice');
    const entries = [{ ...draft('id-00001', { body: 'hello' }), v: 1 as const, seq: 1, at: 3_000 }];
    const told = notice({ conv: one, at: 3_000, from: 1, to: 1, entries, recipients: ['alice', 'bob'] });
    await toPromise(bus.fanOut('a', 'cause', [told]));
    await sleep(100);
    const { items } = await page('alice');
    expect(items.map(({ conv, preview, unread }) => [conv, preview, unread])).toEqual([
      [one, 'hello', 1],
      [two, '', 0],
    ]);
    expect(asked.inbox).toBe(1);
  });

  test('A6 one that has not changed is not read again; whatever changes it is seen', async () => {
    const { meet, page, bus, cache } = await connect();
    const conv = await meet(['alice', 'bob'], 1_000);
    await page('alice');
    await sleep(100);
    const first = await page('alice');
    expect((await page('alice')).items).toBe(first.items);
    expect((await page('alice', 5)).items).not.toBe(first.items);
    const entries = [{ ...draft('id-00001', { body: 'hello' }), v: 1 as const, seq: 1, at: 3_000 }];
    const told = notice({ conv, at: 3_000, from: 1, to: 1, entries, recipients: ['alice', 'bob'] });
    await toPromise(bus.fanOut('a', 'cause', [told]));
    await sleep(100);
    expect((await page('alice')).items).toMatchObject([{ preview: 'hello', unread: 1 }]);
    await cache.read('alice', conv, 1);
    await sleep(100);
    expect((await page('alice')).items).toMatchObject([{ preview: 'hello', unread: 0 }]);
    await redis(shard().primary, 'FLUSHALL');
    await sleep(100);
    expect((await page('alice')).source).toBe('dynamodb');
  });

  test('inbox.kept: what is older is read from the database', async () => {
    const { meet, page, asked } = await connect({ 'inbox.kept': 3 });
    for (let n = 0; n < 5; n += 1) await meet(['alice', 'bob'], n * 1_000);
    await page('alice', 2);
    await sleep(100);
    const first = await page('alice', 2);
    expect([first.items.length, asked.inbox]).toEqual([2, 1]);
    expect((await page('alice', 5)).items).toHaveLength(5);
    expect(asked.inbox).toBe(2);
  });

  test('inbox.ttlMs: one that nobody writes to is read from the database again', async () => {
    const { meet, page, asked } = await connect({ 'inbox.ttlMs': 150 });
    await meet(['alice', 'bob'], 1_000);
    await page('alice');
    await sleep(300);
    await page('alice');
    expect(asked.inbox).toBe(2);
  });
});

describe('the servers of a product', () => {
  test("'nodes.ttlMs': one that says nothing for so long is gone, one that leaves at once", async () => {
    const { fleet, prefix } = await connect();
    const nodes = new RedisNodes(fleet, prefix, 1_000);
    const at = (name: string) => ({ node: name, url: `http://${name}:8081` });
    await nodes.announce(at('a'), 10_000);
    await nodes.announce(at('b'), 10_500);
    await nodes.announce(at('c'), 10_600);
    await nodes.leave(at('c'));
    expect(await nodes.all(10_900)).toEqual([at('a'), at('b')]);
    await nodes.announce(at('b'), 11_400);
    expect(await nodes.all(11_400)).toEqual([at('b')]);
  });
});

describe('registrations and newest numbers', () => {
  const session = { user: 'alice', device: 'phone', node: 'a', session: 's1' };

  test('redis.sessionsMs: a registration of which nobody has heard for so long is gone', async () => {
    const { bus } = await connect({ 'redis.sessionsMs': 150 });
    await toPromise(bus.register(session, 1, 16));
    expect((await toPromise(bus.resync('alice', 'phone'))).current).not.toBe(null);
    await sleep(100);
    expect((await toPromise(bus.resync('alice', 'phone'))).current).not.toBe(null);
    await sleep(250);
    expect((await toPromise(bus.resync('alice', 'phone'))).current).toBe(null);
  });

  test('redis.lastMs: newest numbers are read from the database again after so long', async () => {
    const { bus, meet, asked } = await connect({ 'redis.lastMs': 150 });
    const conv = await meet(['alice', 'bob'], 1_000);
    for (const wait of [0, 50, 200]) {
      await sleep(wait);
      expect([...(await toPromise(bus.resync('alice', 'phone'))).last.keys()]).toEqual([conv]);
    }
    expect(asked.members).toBe(2);
  });

  test('D11 a fan-out that a shard missed makes it look at the database again', async () => {
    const { bus, meet, asked, fleet } = await connect();
    await meet(['alice', 'bob'], 1_000);
    await toPromise(bus.resync('alice', 'phone'));
    fleet.of('alice').leftOut();
    await toPromise(bus.resync('alice', 'phone'));
    expect(asked.members).toBe(2);
  });
});

describe('servers that are away', () => {
  test('redis.openMs: an app server starts although a Redis does not answer', async () => {
    const started = performance.now();
    await connect({ 'redis.openMs': 200 }, 'redis://127.0.0.1:1');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('a command to a server that hangs is over in time, others are not held up', { timeout: slowMs }, async () => {
    const { fleet } = await connect({ 'call.deadlineMs': 300, 'call.tries': 1 });
    const { durable } = own.redis;
    await fleet.durable.connected();
    durable.pause();
    const started = performance.now();
    const hung = fleet.durable.call('repeatable', (client) => client.set('k', 'v'));
    expect(await fleet.of('alice').call('read', (client) => client.ping())).toBe('PONG');
    await expect(hung).rejects.toMatchObject({ code: 'store.unavailable', effect: 'unknown' });
    expect(performance.now() - started).toBeLessThan(2_000);
    durable.resume();
  });

  test('redis.redialMs: a server that comes back is used again', { timeout: slowMs }, async () => {
    const { fleet } = await connect({ 'redis.redialMs': 100 });
    await own.redis.durable.restart();
    await eventually(async () => (await fleet.durable.call('read', (client) => client.ping())) === 'PONG', 10_000);
  });

  test(
    'A8 A12 A13 redis.watchMs: a dead primary: a replica serves without the database, then takes over',
    { timeout: slowMs },
    async () => {
      const { meet, page, asked, fleet, prefix, bus } = await connect({ 'redis.watchMs': 200 });
      const conv = await meet(['alice', 'bob'], 1_000);
      await page('alice');
      await redis(shard().primary, 'WAIT', '1', '1000');
      const { primary } = fleet.of('alice');
      const epochOf = () => fleet.of('alice').call('read', (client) => client.get(`${prefix}epoch`));
      const epoch = Number(await epochOf());
      await shard().primary.kill();
      const served = await page('alice');
      expect([served.source, served.items.map((one) => one.conv), asked.inbox]).toEqual(['replica', [conv], 1]);
      await until(
        () => fleet.of('alice').primary !== primary,
        () => 'the promoted replica is known',
        30_000,
      );
      await eventually(async () => Number(await epochOf()) > epoch, 10_000);
      // What it may have missed is read from the database, once.
      expect([...(await toPromise(bus.resync('alice', 'phone'))).last.keys()]).toEqual([conv]);
      const before = asked.inbox;
      await page('alice');
      expect(asked.inbox).toBe(before + 1);
      expect((await page('alice')).items.map((one) => one.conv)).toEqual([conv]);
    },
  );
});
