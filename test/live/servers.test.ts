// Several servers over the same services: send on one, receive on another, resume on a third; what one knows of a user
// the others know; and what is lost between them is healed.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startServices } from '#scripts/services/start';
import type { Services } from '#scripts/services/services';
import type { Client } from '#test/e2e/driver/client';
import { Server } from '#test/e2e/driver/server-process';
import { sleep, until } from '#test/e2e/driver/wait';
import { secret, Stage } from '#test/e2e/stage';
import { redis } from '#test/live/services/kit';

process.env['HOGMANAY_TEST_BACKEND'] = 'real';

let own: Services;
let stage: Stage;
let servers: Server[];

const slowMs = 120_000;

beforeAll(async () => {
  own = await startServices({ shards: 2, replicas: 1 });
  Object.assign(process.env, own.env);
}, slowMs);

afterAll(() => own.stop());

afterEach(() => stage.close());

/** Three servers that share everything; clients of the stage go to the first unless said otherwise. */
const open = async (limits: Record<string, number> = {}): Promise<void> => {
  stage = new Stage({ limits });
  const { data } = stage.server;
  const env = { HOGMANAY_JWT_SECRET: secret };
  servers = [stage.server, ...[2, 3].map(() => new Server({ data, limits, env, log: stage.log }))];
  await stage.server.start();
  await Promise.all(servers.slice(1).map((server) => server.start()));
};

const at = (index: number) => ({ url: () => servers[index]?.url() });

const present = (user: string, index: number, device?: string): Promise<Client> =>
  stage.present(user, { ...at(index), ...(device === undefined ? {} : { device }) });

/** Each server finds out by itself that a service is back. */
const served = async (client: Client, conv: string): Promise<void> => {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return void (await client.members(conv));
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
};

/** A server whose database has only just come back turns newcomers away for a moment. */
const comeBack = async (client: Client): Promise<void> => {
  for (let turn = 0; ; turn += 1) {
    try {
      return void (await client.connect());
    } catch (error) {
      if (turn === 30) throw error;
      await sleep(500);
    }
  }
};

describe('three servers', () => {
  test('C5 C6 C28 send on one, receive on another, resume on a third', { timeout: slowMs }, async () => {
    await open();
    const anna = await present('anna', 0);
    let server = 1;
    const ben = await stage.present('ben', { url: () => servers[server]?.url() });
    const { conv } = await anna.open(['ben']);
    await Promise.all([1, 2, 3].map((n) => anna.send(conv, `to the other server ${n}`)));
    await ben.holds(conv, 3);
    await ben.cut();
    await anna.send(conv, 'while nobody listens');
    server = 2;
    await ben.connect();
    await ben.holds(conv, 4);
    await ben.send(conv, 'from the third');
    await anna.holds(conv, 5);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });

  test('receipts, typing and presence go across', { timeout: slowMs }, async () => {
    await open();
    const anna = await present('anna', 0);
    const ben = await present('ben', 1);
    const { conv } = await anna.open(['ben']);
    const { seq } = await anna.send(conv, 'read me');
    await ben.holds(conv, seq);
    ben.say({ t: 'read', conv, seq });
    expect(await anna.connection.expect('read', (frame) => frame.user === 'ben')).toMatchObject({ conv, seq });
    ben.say({ t: 'typing', conv });
    expect(await anna.connection.expect('typing')).toMatchObject({ conv, user: 'ben' });
    anna.say({ t: 'watch', users: ['ben'] });
    expect(await anna.connection.expect('presence')).toMatchObject({ user: 'ben', state: 'online' });
  });

  test('a device that connects elsewhere ends its older connection with 4103', { timeout: slowMs }, async () => {
    await open();
    const first = await present('anna', 0);
    const ended = first.connection.end();
    await present('anna', 1);
    expect(await ended).toMatchObject({ code: 4103 });
  });

  test('C29 D11 news that is lost on its way is there within 30 s', { timeout: slowMs }, async () => {
    await open();
    const anna = await present('anna', 0);
    const ben = await present('ben', 1);
    const { conv } = await anna.open(['ben']);
    await anna.send(conv, 'before');
    await ben.holds(conv, 1);
    const kills = own.redis.shards.map(({ primary }) => redis(primary, 'CLIENT', 'KILL', 'TYPE', 'pubsub'));
    await Promise.all([...kills, anna.send(conv, 'published to nobody')]);
    await ben.holds(conv, 2, 30_000);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });
});

describe('a whole shard is away', () => {
  test('A18 C29 C30 D11 its users send and hear on; once back, all is as before', { timeout: slowMs }, async () => {
    await open({ 'breaker.openMs': 2_000 });
    const anna = await present('anna', 0);
    const ben = await present('ben', 1);
    const { conv } = await anna.open(['ben']);
    await anna.send(conv, 'before');
    await ben.holds(conv, 1);
    // Whichever of the two is whose: the users of both shards talk.
    const [shard] = own.redis.shards;
    const members = shard === undefined ? [] : [shard.primary, ...shard.replicas];
    await Promise.all(members.map((member) => member.kill()));
    for (let n = 0; n < 10; n += 1) {
      await stage.inTime(anna.send(conv, `anna, without a shard ${n}`), 'anna sends', 20_000);
      await stage.inTime(ben.send(conv, `ben, without a shard ${n}`), 'ben sends', 20_000);
    }
    await Promise.all([anna.holds(conv, 21, 30_000), ben.holds(conv, 21, 30_000)]);
    await Promise.all(members.map((member) => member.restart()));
    await anna.send(conv, 'after');
    await ben.holds(conv, 22, 30_000);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });
});

describe('DynamoDB is away', () => {
  test('D15 D20 D26 sends are queued, in order, and stored once when it is back', { timeout: slowMs }, async () => {
    await open({ 'breaker.openMs': 3_000 });
    const anna = await present('anna', 0);
    const ben = await present('ben', 1);
    const { conv } = await anna.open(['ben']);
    await anna.send(conv, 'before');
    await ben.holds(conv, 1);
    own.dynamodb.pause();
    const said = Array.from({ length: 20 }, (_, n) => anna.send(conv, `while it is away ${n}`));
    await until(
      () => anna.pending.queued.size === 20,
      () => `all are queued\n${stage.log.story(undefined, 60)}`,
      20_000,
    );
    own.dynamodb.resume();
    await Promise.all(said);
    await ben.holds(conv, 21, 30_000);
    expect(anna.pending.queued.size).toBe(0);
    for (const client of [anna, ben]) await served(client, conv);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });
});

describe('a device that moves while its sends are queued', () => {
  test('D26 C10 is told `stored` on the server it has come to, once, in order', { timeout: slowMs }, async () => {
    await open({ 'breaker.openMs': 3_000 });
    let server = 0;
    const anna = await stage.present('anna', { url: () => servers[server]?.url() });
    const ben = await present('ben', 1);
    const { conv } = await anna.open(['ben']);
    await anna.send(conv, 'before');
    await ben.holds(conv, 1);
    own.dynamodb.pause();
    const said = [1, 2, 3, 4, 5].map((n) => anna.send(conv, `queued ${n}`));
    await until(
      () => anna.pending.queued.size === 5,
      () => 'all are queued',
      20_000,
    );
    const [first] = servers;
    await first?.kill();
    own.dynamodb.resume();
    server = 2;
    await until(
      () => servers[2]?.url() !== undefined,
      () => 'the third server is there',
    );
    await comeBack(anna);
    await Promise.all(said);
    await ben.holds(conv, 6, 30_000);
    for (const client of [anna, ben]) await served(client, conv);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });
});
