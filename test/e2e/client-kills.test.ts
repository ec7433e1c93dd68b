// Two hundred SDK clients in pairs and groups, through twenty SIGKILLs of a server; on the real backend three servers,
// one of them killed at a time. Nobody is shown a message twice, out of order or not at all; what a client was told is
// stored is there, once, under that number.
import { afterEach, expect, it } from 'vitest';
import { connect } from '#client/node';
import type { Chat } from '#client/node';
import { seededRandom } from '#runtime/random';
import { isReal } from '#test/e2e/driver/real-backend';
import { Server } from '#test/e2e/driver/server-process';
import { sleep, until } from '#test/e2e/driver/wait';
import { Wire } from '#test/e2e/driver/wire';
import { secret, Stage, tokenFor } from '#test/e2e/stage';

// The stand-in for DynamoDB stores some hundreds a second.
const people = isReal() ? 60 : 200;
const kills = isReal() ? 5 : 20;
const groupOf = 5;
const seed = process.env['HOGMANAY_SEED'] ?? String(Date.now());
const random = seededRandom(seed);

/** Waits that are short beside the few seconds in which a server starts again. */
const limits = { 'reconnect.baseMs': 100, 'reconnect.capMs': 1_000, 'polling.after': 1_000_000 };

interface Person {
  readonly user: string;
  readonly chat: Chat;
  readonly convs: string[];
  /** What was shown, by conversation. */
  readonly shown: Map<string, { seq: number; id: string; body: string }[]>;
  /** What the client said became of sends, by id. */
  readonly stored: Map<string, { conv: string; seq: number; body: string }>;
}

let stage: Stage;
let wire: Wire | undefined;
const everyone: Person[] = [];

afterEach(async () => {
  for (const { chat } of everyone) chat.stop();
  wire?.close();
  await stage.close();
});

const join = async (user: string, url: string): Promise<Person> => {
  const chat = connect({ url, token: await tokenFor(user), device: 'phone', limits });
  const person: Person = { user, chat, convs: [], shown: new Map(), stored: new Map() };
  chat.on('message', ({ conv, seq, id, body }) => {
    person.shown.set(conv, [...(person.shown.get(conv) ?? []), { seq, id, body }]);
  });
  everyone.push(person);
  return person;
};

const meet = async (members: readonly Person[], title: string): Promise<void> => {
  const [host, ...others] = members;
  if (host === undefined) return;
  const { conv } = await host.chat.open(
    others.map(({ user }) => user),
    title,
  );
  for (const person of members) person.convs.push(conv);
};

const meetBy = async (size: number, title: string): Promise<void> => {
  const starts = Array.from({ length: people / size }, (_, n) => n * size);
  await Promise.all(starts.map((n) => meet(everyone.slice(n, n + size), `${title} ${n}`)));
};

/** Says one thing after the other until told to stop; answers when the last one is stored. */
const talk = async (person: Person, isOver: () => boolean): Promise<void> => {
  for (let n = 0; !isOver(); n += 1) {
    const conv = person.convs[random.int(person.convs.length)] ?? '';
    const body = `${person.user} says ${n}`;
    const { id, stored } = person.chat.send(conv, body);
    const { seq } = await stored;
    person.stored.set(id, { conv, seq, body });
    await sleep(random.int(400));
  }
};

const historyOf = async ({ chat }: Person, conv: string): Promise<{ seq: number; id: string; body: string }[]> => {
  const all: { seq: number; id: string; body: string }[] = [];
  for (;;) {
    const { messages, more } = await chat.history(conv, { after: all.at(-1)?.seq ?? 0 }, 200);
    all.push(...messages.map(({ seq, id, body }) => ({ seq, id, body })));
    if (!more) return all;
  }
};

const holdsAll = (person: Person, histories: ReadonlyMap<string, readonly { seq: number }[]>): boolean =>
  person.convs.every((conv) => (person.shown.get(conv)?.at(-1)?.seq ?? 0) >= (histories.get(conv)?.at(-1)?.seq ?? 0));

const startAll = async (): Promise<Server[]> => {
  stage = new Stage();
  await stage.server.start();
  if (!isReal()) return [stage.server];
  const { data } = stage.server;
  const env = { HOGMANAY_JWT_SECRET: secret };
  const others = [2, 3].map(() => new Server({ data, env, log: stage.log }));
  await Promise.all(others.map((server) => server.start()));
  return [stage.server, ...others];
};

it(`C8 K5 K6 K11: ${people} SDK clients through ${kills} SIGKILLs: everything once, and in order`, async () => {
  console.log(`kills under clients: seed ${seed} (again: HOGMANAY_SEED=${seed})`);
  const servers = await startAll();
  const up = (): string[] => servers.flatMap(({ http }) => http ?? []);
  wire = await Wire.to(() => up()[random.int(up().length)]);
  for (let n = 0; n < people; n += 1) await join(`user${n}`, wire.url);
  await meetBy(2, 'pair');
  await meetBy(groupOf, 'group');
  let isOver = false;
  const talks = everyone.map((person) => talk(person, () => isOver));
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(200 + random.int(800));
    const server = servers[random.int(servers.length)] as Server;
    await server.kill();
    await server.start();
  }
  isOver = true;
  await Promise.all(talks);
  const histories = new Map<string, { seq: number; id: string; body: string }[]>();
  for (const person of everyone)
    for (const conv of person.convs) if (!histories.has(conv)) histories.set(conv, await historyOf(person, conv));
  const behind = (): string[] => everyone.filter((person) => !holdsAll(person, histories)).map(({ user }) => user);
  await until(
    () => behind().length === 0,
    () => `${behind().join()} hold everything`,
    30_000,
  );
  for (const { user, convs, shown, stored } of everyone) {
    for (const conv of convs) expect([user, shown.get(conv) ?? []]).toEqual([user, histories.get(conv)]);
    for (const [id, { conv, seq, body }] of stored)
      expect(histories.get(conv)?.filter((one) => one.id === id)).toEqual([{ seq, id, body }]);
  }
  const count = [...histories.values()].reduce((sum, { length }) => sum + length, 0);
  console.log(`kills under clients: ${count} messages, ${kills} SIGKILLs`);
  expect(count).toBeGreaterThan(people * (isReal() ? 2 : 5));
}, 240_000);
