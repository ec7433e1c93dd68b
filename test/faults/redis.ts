/** What may happen to the Redis of inboxes, and to the durable one. */
import { cutAof, deleteAof } from '#scripts/services/aof';
import type { ServiceProcess } from '#scripts/services/processes';
import type { Shard } from '#scripts/services/services';
import { sleep } from '#test/e2e/driver/wait';
import { untilQueued } from '#test/faults/fault';
import type { Arena, Fault } from '#test/faults/fault';
import { eventually, redis } from '#test/live/services/kit';

/** A Sentinel takes two seconds to notice and a few to agree. */
const failoverMs = 30_000;

const primaryOf = async ({ services }: Arena, shard: Shard): Promise<ServiceProcess> => {
  const primary = await services.primaryNow(shard);
  if (primary === undefined) throw new Error(`${shard.name} has no primary`);
  return primary;
};

/** Another server has become the primary of the shard. */
const failedOver = ({ services }: Arena, shard: Shard, old: ServiceProcess): Promise<void> =>
  eventually(async () => {
    const others = { ...shard, replicas: [shard.primary, ...shard.replicas].filter((server) => server !== old) };
    const [first, ...replicas] = others.replicas;
    const now = first && (await services.primaryNow({ name: shard.name, primary: first, replicas }));
    return now !== undefined && now !== old;
  }, failoverMs);

/** The database is away, and sends wait in the log, while `during` happens to the durable Redis. */
const whileQueued = async (arena: Arena, during: (durable: ServiceProcess) => Promise<void>): Promise<void> => {
  const { services } = arena;
  const { durable } = services.redis;
  services.dynamodb.pause();
  await untilQueued(arena);
  await durable.kill();
  await during(durable);
  services.dynamodb.resume();
};

export const redisFaults: readonly Fault[] = [
  {
    name: 'a Redis primary is killed',
    inject: async (arena) => {
      const shard = arena.random.pick(arena.services.redis.shards);
      const primary = await primaryOf(arena, shard);
      await primary.kill();
      await failedOver(arena, shard, primary);
      await primary.restart();
    },
  },
  {
    name: 'a Redis primary stops in its tracks and comes back',
    inject: async (arena) => {
      const shard = arena.random.pick(arena.services.redis.shards);
      const primary = await primaryOf(arena, shard);
      primary.pause();
      await failedOver(arena, shard, primary).finally(() => primary.resume());
    },
  },
  {
    name: 'a whole shard is killed',
    inject: async ({ services, random, pacing }) => {
      const { primary, replicas } = random.pick(services.redis.shards);
      const members = [primary, ...replicas];
      await Promise.all(members.map((member) => member.kill()));
      await sleep(pacing.awayMs);
      for (const member of members) member.start();
      await Promise.all(members.map((member) => member.ready()));
    },
  },
  {
    name: 'publishes are lost',
    inject: async (arena) => {
      for (const shard of arena.services.redis.shards)
        await redis(await primaryOf(arena, shard), 'CLIENT', 'KILL', 'TYPE', 'pubsub');
    },
  },
  {
    name: 'the durable Redis is killed',
    inject: async ({ services, pacing }) => {
      const { durable } = services.redis;
      await durable.kill();
      await sleep(pacing.awayMs);
      await durable.restart();
    },
  },
  {
    name: 'the durable Redis is killed while sends are queued',
    inject: (arena) => whileQueued(arena, (durable) => durable.restart()),
  },
  {
    name: 'the durable Redis loses its log while sends are queued',
    inject: (arena) =>
      whileQueued(arena, (durable) => {
        deleteAof(durable);
        return durable.restart();
      }),
  },
  {
    name: 'the durable Redis loses the tail of its log while sends are queued',
    inject: (arena) =>
      whileQueued(arena, (durable) => {
        cutAof(durable, arena.random.between(1, 400));
        return durable.restart();
      }),
  },
  {
    name: 'the database and the durable Redis are away at once',
    inject: (arena) =>
      whileQueued(arena, async (durable) => {
        await sleep(arena.pacing.awayMs);
        await durable.restart();
      }),
  },
];
