/**
 * The backend over Redis, Kafka and DynamoDB: every port made of its halves, and everything closed in the reverse
 * order.
 */
import { Dynamo } from '#adapters/dynamodb/client';
import { dynamoSeen } from '#adapters/dynamodb/seen';
import { DynamoPositions } from '#adapters/dynamodb/positions';
import { dynamoRegistry } from '#adapters/dynamodb/registry-backup';
import { dynamoStoredIds } from '#adapters/dynamodb/stored-ids';
import { dynamoStore } from '#adapters/dynamodb/store';
import { KafkaLog } from '#adapters/kafka/log';
import { redisBaton } from '#adapters/redis/baton';
import { DurableRedis } from '#adapters/redis/durable';
import { Fleet } from '#adapters/redis/fleet';
import { redisInbox } from '#adapters/redis/inbox';
import { RedisNews } from '#adapters/redis/news';
import { redisPending } from '#adapters/redis/pending';
import { redisPositions } from '#adapters/redis/positions';
import { redisPresence } from '#adapters/redis/presence';
import { redisReached } from '#adapters/redis/reached';
import { redisRegistry } from '#adapters/redis/registry';
import { systemTime } from '#adapters/system/time';
import { tieredBus } from '#adapters/tiered/bus';
import { tieredInbox } from '#adapters/tiered/inbox';
import type { InboxKit } from '#adapters/tiered/inbox';
import { TieredPending } from '#adapters/tiered/pending';
import { tieredPositions } from '#adapters/tiered/positions';
import { tieredPresence } from '#adapters/tiered/presence';
import { tieredReceipts } from '#adapters/tiered/receipts';
import { tieredRegistry } from '#adapters/tiered/registry';
import { tieredStore } from '#adapters/tiered/store';
import type { Conv, Seq } from '#contract/conversation';
import type { Guard } from '#contract/guard';
import { announcing } from '#node/announcing';
import type { Backend, BackendKit } from '#node/backend';
import type { Services } from '#node/options';
import { database, guardsOf } from '#node/resources';
import { tracedLog, tracedNews } from '#ops/traced-news';

const awsRegion = 'aws';

// The SDK warns of the end of Node 20 at every start; docs/dependencies.md says what becomes of that.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

/** The clients of the three services; `guardFor` is asked for a guard by the name of each thing that may fail. */
export const openClients = async (
  { redis, kafka, dynamodb, prefix }: Services,
  { node, limits, log }: Pick<BackendKit, 'node' | 'limits' | 'log'>,
  guardFor: (name: string) => Guard,
) => {
  const time = systemTime;
  const dynamo = new Dynamo({
    ...(dynamodb === awsRegion ? {} : { endpoint: dynamodb }),
    prefix,
    guard: guardFor(database),
  });
  const fleet = await Fleet.open({ url: redis, prefix, guardFor, limits, log, time });
  const events = await KafkaLog.open({
    brokers: kafka,
    prefix,
    clientId: node,
    guard: guardFor('kafka'),
    limits,
    log,
    time,
  });
  const close = async (): Promise<void> => {
    await events.close();
    fleet.close();
    dynamo.close();
  };
  return { dynamo, fleet, events, close };
};

type Clients = Awaited<ReturnType<typeof openClients>>;

const openStore = ({ dynamo, fleet, events }: Clients, prefix: string, { node, limits, log }: BackendKit) => {
  const durable = new DurableRedis(fleet.durable);
  const set = redisPending(durable, prefix);
  const stored = dynamoStoredIds(dynamo);
  const pending = new TieredPending({ node, set, stored, log: events, time: systemTime, limits });
  const backup = dynamoRegistry(dynamo);
  const registry = tieredRegistry({ server: redisRegistry(durable, prefix), backup, queue: pending, log });
  const salted = dynamoStore(dynamo, limits);
  return { ...salted, store: tieredStore(salted.store, registry), pending };
};

const openSessions = (
  { dynamo, fleet }: Clients,
  { inbox, reached }: ReturnType<typeof openStore>,
  prefix: string,
  limits: BackendKit['limits'],
) => {
  const pace = { time: systemTime, withinMs: limits['positions.flushMs'], most: limits['tiered.waiting'] };
  const ttlMs = limits['redis.lastMs'];
  const cache = redisInbox(fleet, prefix, limits);
  const touching = { ...pace, withinMs: limits['inbox.touchMs'] };
  const positions = tieredPositions(new DynamoPositions(dynamo), redisPositions(fleet, prefix, ttlMs), pace);
  const fresh = redisReached(fleet, prefix, ttlMs);
  const readsOf: InboxKit['readsOf'] = async (user, convs) => {
    const reads = convs.map(async (conv): Promise<[Conv, Seq]> => {
      const reached = await fresh.of(conv).catch(() => undefined);
      return [conv, reached?.get(user)?.read ?? 0];
    });
    return new Map(await Promise.all(reads));
  };
  const receipts = tieredReceipts({
    ...{ table: reached, cache: fresh, pace },
    // Unread counts may be too high until the inbox is read from the database again.
    read: (user, conv, seq) => cache.read(user, conv, seq).catch(() => undefined),
  });
  const inboxes = tieredInbox({ cache, index: inbox, readsOf, kept: limits['inbox.kept'], pace: touching });
  const marks = redisPresence(fleet, prefix, limits['presence.ttlMs']);
  const presence = tieredPresence(marks, dynamoSeen(dynamo), pace);
  const flush = async (): Promise<void> => {
    await Promise.all([positions, receipts, inboxes, presence].map((each) => each.flush()));
  };
  return { positions: positions.port, receipts: receipts.port, inboxes, presence: presence.port, flush };
};

export const openReal = async (services: Services, kit: BackendKit): Promise<Backend> => {
  const { prefix } = services;
  const { limits, log } = kit;
  const clients = await openClients(services, kit, guardsOf(kit));
  const stored = openStore(clients, prefix, kit);
  const { inboxes, flush, ...sessions } = openSessions(clients, stored, prefix, limits);
  const news = tracedNews(new RedisNews({ fleet: clients.fleet, prefix, limits, log }), kit.book);
  const bus = tieredBus({
    news,
    members: stored.members,
    events: tracedLog(clients.events, kit.book),
    tail: { time: systemTime, limits, log },
    touched: (notices) => inboxes.touched(notices),
  });
  const { store, members, pending } = stored;
  const baton = redisBaton(clients.fleet, prefix, limits);
  const { announce, end } = announcing(clients.fleet, prefix, kit);
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await end();
    await flush();
    await stored.pending.close();
    await clients.close();
  };
  return {
    ports: { store, members, pending, bus, baton, inbox: inboxes.port, ...sessions },
    announce,
    close: () => (closed ??= close()),
  };
};
