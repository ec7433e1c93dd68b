/**
 * What the adapters cost above the clients beneath them, on the services of HOGMANAY_*: a page of an inbox, unchanged
 * since and read anew, against the ZREVRANGE that finds its conversations and against all that a page needs, asked by
 * the bare client; an append against the very same TransactWriteItems. It runs what `npm run build` made:
 *
 *     node test/bench/adapters.mjs [--quick] [--save]
 *
 * Exit status 1: one of them took more than 1.3 times as long.
 */
import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { Dynamo } from '#adapters/dynamodb/client';
import { dynamoStore } from '#adapters/dynamodb/store';
import { setUpTables } from '#adapters/dynamodb/tables';
import { itemAfter, transactionOf } from '#adapters/dynamodb/transaction';
import { Fleet } from '#adapters/redis/fleet';
import { redisInbox } from '#adapters/redis/inbox';
import { systemTime } from '#adapters/system/time';
import { toPromise } from '#contract/from-promise';
import { withLimits } from '#contract/limits';
import { guardOf } from '#resilience/guarding';
import { seededRandom } from '#runtime/random';
import { save } from '#scripts/lib/figures';
import { compare } from '#scripts/lib/ratio';

const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 11;
const budget = 1.3;
const prefix = `bench-${randomBytes(4).toString('hex')}-`;
const limits = withLimits();
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { HOGMANAY_REDIS: redis = '', HOGMANAY_DYNAMODB: endpoint = '' } = process.env;

/** The guard as the server has it, its breaker closed. @param {string} name */
const guardFor = (name) =>
  guardOf({
    ...{ name, time: systemTime, random: seededRandom(name), limits, tell: () => undefined },
    ...{ count: () => undefined, breaker: { state: 'closed', isProbing: false, opensAt: 0 } },
  });

const fleet = await Fleet.open({ url: redis, prefix, guardFor, limits, log: quiet, time: systemTime });
const dynamo = new Dynamo({ endpoint, prefix, guard: guardFor('dynamodb') });
const tables = await setUpTables(dynamo, () => new Promise((resolve) => setTimeout(resolve, 100)));

async function inboxRead() {
  const inbox = redisInbox(fleet, prefix, limits);
  const user = 'bench';
  const items = Array.from({ length: 50 }, (_, n) => ({
    ...{ conv: `c-${n}`, kind: /** @type {const} */ ('direct'), members: [`user-${n}`], since: 1 },
    ...{ seq: 10 + n, at: 1_000 + n, preview: 'x'.repeat(80), unread: 3 },
  }));
  const epoch = await fleet.of(user).call('read', (client) => client.get(`${prefix}epoch`));
  await inbox.fill(user, epoch ?? '0', items);
  const first = await inbox.page(user, 20, undefined);
  if (!('page' in first) || first.page.items.length !== 20) throw new Error('the inbox is not served');
  const shard = fleet.of(user);
  const { client } = /** @type {import('#adapters/redis/server').RedisServer} */ (shard.primary);
  const plain = () => client.zrevrange(`${prefix}inbox:${user}`, 0, 19, 'WITHSCORES');
  const same = () => inbox.page(user, 20, undefined);
  const forgetful = redisInbox(fleet, prefix, withLimits({ 'inbox.pages': 0 }));
  const anew = () => forgetful.page(user, 20, undefined);
  /** The same as the page is made of, asked for by hand: what is at the top, then what is known of it. */
  const needed = async () => {
    const [, , top] = await Promise.all([
      client.get(`${prefix}epoch`),
      client.get(`${prefix}inbox:full:${user}`),
      client.zrevrange(`${prefix}inbox:${user}`, 0, 20, 'WITHSCORES'),
    ]);
    const convs = top.filter((_, at) => at % 2 === 0);
    const [cards] = await Promise.all([
      client.mget(...convs.map((conv) => `${prefix}card:${conv}`)),
      client.hmget(`${prefix}last:${user}`, ...convs),
      client.hmget(`${prefix}read:${user}`, ...convs),
    ]);
    for (const card of cards) JSON.parse((card ?? '').slice((card ?? '').indexOf(':') + 1));
  };
  const load = { rounds, budget, count: quick ? 500 : 4_000 };
  const lines = [];
  for (const atOnce of [1, 32]) {
    const how = atOnce === 1 ? 'one at a time' : `${atOnce} at once`;
    const times = { ...load, atOnce };
    const { budget: _, ...told } = times;
    lines.push(
      await compare(`an unchanged inbox, ${how}, against the ZREVRANGE`, { plain, ours: same }, times),
      await compare(`an inbox read anew, ${how}, against all it needs`, { plain: needed, ours: anew }, times),
      await compare(`an inbox read anew, ${how}, against the ZREVRANGE`, { plain, ours: anew }, told),
    );
  }
  return lines;
}

const names = {
  ...{ conversations: dynamo.table('conversations'), members: dynamo.table('members') },
  ...{ messages: dynamo.table('messages'), idempotency: dynamo.table('idempotency') },
};

async function append() {
  const { store } = dynamoStore(dynamo, limits);
  const options = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'l', secretAccessKey: 'l' } };
  const bare = DynamoDBDocumentClient.from(new DynamoDBClient(options), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const make = (/** @type {string} */ conv) =>
    toPromise(store.create({ conv, kind: 'direct', creator: 'alice', founders: ['alice', 'bob'], now: 1_000 }));
  let count = 0;
  const drafts = (/** @type {number} */ size) =>
    Array.from({ length: size }, () => {
      count += 1;
      const mid = `mid-${count}`;
      return { mid, from: 'alice', device: 'd', id: `id-${count}`, body: 'x'.repeat(80), cause: `cause-${count}` };
    });
  const lines = [];
  for (const size of [1, 20]) {
    const [mine, theirs] = [`ours-${size}`, `plain-${size}`];
    await make(mine);
    await make(theirs);
    let expected = 0;
    let before = /** @type {import('#contract/conversation').ConversationItem} */ (
      (await toPromise(store.item(theirs))) ?? undefined
    );
    const ours = async () => {
      const group = { conv: mine, expected, drafts: drafts(size), partitions: 1, now: 2_000 };
      const result = await toPromise(store.append(group));
      if (result.kind !== 'appended') throw new Error('lost');
      expected = result.item.lastSeq;
    };
    const plain = async () => {
      const plan = { conv: theirs, before, drafts: drafts(size), at: 2_000, partitions: 1 };
      const whole = { ...plan, fannedTo: undefined, forgetBefore: undefined };
      await bare.send(new TransactWriteCommand(transactionOf(whole, names)));
      before = itemAfter(whole);
    };
    const load = { rounds, budget, count: Math.ceil((quick ? 40 : 200) / size), atOnce: 1 };
    lines.push(await compare(`an append of ${size}`, { plain, ours }, load));
  }
  bare.destroy();
  return lines;
}

try {
  const lines = [...(await inboxRead()), ...(await append())];
  await save('adapters', { what: 'time of one call, ours against the bare client, medians of rounds', rounds, lines });
} finally {
  const { DeleteTableCommand } = await import('@aws-sdk/client-dynamodb');
  for (const name of tables) {
    const TableName = name.startsWith(prefix) ? name : dynamo.table(name);
    await dynamo.call('repeatable', (client) => client.send(new DeleteTableCommand({ TableName })));
  }
  fleet.close();
  dynamo.close();
}
