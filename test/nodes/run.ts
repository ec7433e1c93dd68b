/**
 * One run of the two-node simulation: a seed decides who says what when, what breaks, and who goes first. After the
 * faults everything is healed; then all must converge, and the checker of the process tests judges the evidence.
 */
import { createHash } from 'node:crypto';
import type { Outcome } from '#contract/effects';
import { withLimits } from '#contract/limits';
import type { Limits } from '#contract/limits';
import type { Ids, Log as ServerLog, Random } from '#contract/ports/system';
import { memoryWorld } from '#test/nodes/ports';
import { describeMessage } from '#runtime/dead-letters';
import { seededRandom } from '#runtime/random';
import { StepDriver } from '#runtime/step-driver';
import type { Observer } from '#runtime/types';
import { check } from '#test/e2e/driver/check';
import type { Evidence, Finding, Reading } from '#test/e2e/driver/evidence';
import { Log } from '#test/e2e/driver/log';
import { SimulatedClient } from '#test/nodes/client';
import { calm, drawFaults, heal } from '#test/nodes/faults';
import { chatMs, habits, lookAround, presence, users } from '#test/nodes/habits';
import { SimulatedNode } from '#test/nodes/node';

/** Promise 5: whatever was lost is delivered within 30 s; the rest of the time is for reconnecting and retries. */
const healMs = 60_000;

export interface RunResult {
  readonly seed: string;
  readonly problems: readonly string[];
  /** Work done: messages stored, faults survived. Too little of it is a failure of the run. */
  readonly storedCount: number;
  readonly turns: number;
  readonly happened: Happened;
  /** Hash of every envelope that any actor handled, in order, with its time. */
  readonly digest: string;
  readonly story: (conv?: string) => string;
}

const ids: Ids = {
  ulid: (at, random) =>
    `${at.toString(36).padStart(9, '0')}${random.int(2 ** 32).toString(36)}${random.int(2 ** 32).toString(36)}`,
  directConversation: (one, other) => `d_${[one, other].sort().join('_')}`,
  groupConversation: (creator, id) => `g_${creator}_${id}`,
};

/** Some seeds run with tight limits, so that windows fill and replays are too long. */
const drawLimits = (random: Random): Limits => {
  const tight = random.int(3);
  if (tight === 0) return withLimits({ 'drain.ms': 2_000 });
  return withLimits({
    'drain.ms': 500,
    'window.unacked': 4 + random.int(12),
    'replay.max': tight === 1 ? 8 + random.int(20) : 1_000,
    'append.group': 1 + random.int(8),
    'read.batch': 2 + random.int(20),
    'gap.held': random.int(6),
  });
};

/** What the seeds are there for: a thousand runs in which none of this happened would prove nothing. */
export interface Happened {
  /** Appends that another node won. */
  conflicts: number;
  /** Fan-outs of numbers that another node, or an earlier run of this one, had stored. */
  takenOver: number;
  /** Connections of a device that were ended for a newer one. */
  replaced: number;
  /** Numbers that came out of order or not at all, and were read from the store. */
  gaps: number;
  /** Sessions that heard that their node is to be emptied. */
  maintained: number;
  /** Writes that ended without saying whether they landed. */
  unknown: number;
  /** Groups of sends that were answered `queued`, and batches of them that were stored. */
  queued: number;
  drained: number;
}

export const nothingYet = (): Happened => ({
  ...{ conflicts: 0, takenOver: 0, replaced: 0, gaps: 0, maintained: 0, unknown: 0, queued: 0, drained: 0 },
});

const noteWhat = (happened: Happened, message: unknown): void => {
  const { t, outcome } = message as { t?: string; outcome?: Outcome<{ kind?: string }> };
  if (t === 'appended' && outcome?.ok === true && outcome.value.kind === 'conflict') happened.conflicts += 1;
  if (t === 'appended' && outcome?.ok === false && outcome.fault.effect === 'unknown') happened.unknown += 1;
  if (t === 'queued' && outcome?.ok === true) happened.queued += 1;
  if (t === 'batch-stored') happened.drained += 1;
  if (t === 'fan-read') happened.takenOver += 1;
  if (t === 'replaced') happened.replaced += 1;
  if (t === 'gap') happened.gaps += 1;
  if (t === 'maintenance') happened.maintained += 1;
};

const transcript = () => {
  const hash = createHash('sha256');
  const happened = nothingYet();
  const observer: Observer = (path, { id, cause, from, at, message }) => {
    noteWhat(happened, message);
    hash.update(`${path} ${id} ${cause} ${from} ${at} ${describeMessage(message)}\n`);
  };
  return { observer, happened, digest: () => hash.digest('hex') };
};

export const build = (seed: string) => {
  const random = seededRandom(`${seed}/world`);
  const driver = new StepDriver({ random: `${seed}/schedule` }, 1_700_000_000_000);
  const { clock } = driver;
  const limits = drawLimits(random);
  const weather = { ...calm };
  const memory = memoryWorld(clock, seededRandom(`${seed}/memory`), weather);
  const { observer, happened, digest } = transcript();
  const errors: string[] = [];
  const log: ServerLog = {
    info: () => undefined,
    warn: () => undefined,
    error: (message, fields) => errors.push(`${message} ${JSON.stringify(fields)}`),
  };
  const nodes = ['a', 'b'].map(
    (name) => new SimulatedNode({ name, driver, limits, seed, ids, ports: () => memory.ports(name), observer, log }),
  );
  const { rebalance } = memory;
  return { random, driver, clock, nodes, weather, rebalance, digest, happened, errors };
};

export type World = ReturnType<typeof build>;

const people = ({ clock, nodes }: World, seed: string, log: Log): SimulatedClient[] => {
  const random = seededRandom(`${seed}/clients`);
  let names = 0;
  const world = {
    clock,
    random,
    log,
    pickNode: () => {
      const open = nodes.filter((node) => node.takesConnections);
      return open[random.int(open.length)];
    },
    nextName: (prefix: string) => `${prefix}${(names += 1)}`,
  };
  const clients = users.map((user) => new SimulatedClient(user, 'phone', world));
  clients.push(new SimulatedClient('alice', 'laptop', world));
  for (const client of clients) client.connectSoon(200);
  return clients;
};

/** Draws what the clients do: conversations first, then sends and changes of members. */
const chat = ({ clock }: World, seed: string, clients: readonly SimulatedClient[]): void => {
  const random = seededRandom(`${seed}/chat`);
  const [alice, bob] = clients as [SimulatedClient, SimulatedClient];
  const idOf = (kind: string, n: number): string => `${kind}-${String(n).padStart(6, '0')}`;
  alice.ask({ t: 'open', id: idOf('open', 1), members: ['bob', '17'], title: 'all of us' });
  bob.ask({ t: 'open', id: idOf('open', 2), members: ['alice'] });
  const sends = 40 + random.int(60);
  for (let n = 0; n < sends; n += 1) {
    const client = clients[random.int(clients.length)] as SimulatedClient;
    const burst = 1 + random.int(6);
    clock.schedule(500 + random.int(chatMs - 500), () => {
      const known = [...client.conversations];
      const conv = known[random.int(known.length)];
      if (conv === undefined) return;
      for (let m = 0; m < burst; m += 1) {
        const id = idOf(`send-${client.user}-${client.device}-${m}`, n);
        client.ask({ t: 'send', id, conv, body: `${id} 🎉` });
      }
    });
  }
  for (let n = 0; n < 4; n += 1) {
    clock.schedule(1_000 + random.int(chatMs - 1_000), () => {
      const group = [...alice.conversations].find((conv) => conv.startsWith('g_'));
      if (group === undefined) return;
      const user = users[2 + random.int(2)] as string;
      const change = random.int(2) === 0 ? { add: [user] } : { remove: [user] };
      alice.ask({ t: 'members', id: idOf('members', n), conv: group, ...change });
    });
  }
};

/** What every member reads at the end, page by page, over the wire. */
const readAll = (world: World, clients: readonly SimulatedClient[]): Reading[] => {
  const readings: Reading[] = [];
  for (const client of clients) {
    if (client.device !== 'phone') continue;
    for (const conv of client.conversations)
      client.readAll(conv, (since, messages) => readings.push({ conv, user: client.user, since, messages }));
  }
  world.driver.advance(5_000);
  return readings;
};

const liveness = ({ errors }: World, clients: readonly SimulatedClient[], readings: readonly Reading[]): string[] => {
  const problems = errors.map((error) => `error: ${error}`);
  for (const { user, device, ready, pending, books, conversations } of clients) {
    const who = `${user}/${device}`;
    if (!ready) problems.push(`${who} is not connected at the end`);
    if (pending.size > 0) problems.push(`${who} has no answer to ${[...pending.keys()].join(' ')}`);
    for (const conv of conversations) {
      const last = readings.find((one) => one.conv === conv && one.user === user)?.messages.at(-1)?.seq;
      // Known from the inbox alone: another device had acknowledged all of it before this one came.
      const cursor = books.get(conv)?.cursor ?? -1;
      if (last !== undefined && cursor >= 0 && cursor < last)
        problems.push(`${who} holds ${conv} up to ${cursor} of ${last}`);
    }
  }
  return problems;
};

/**
 * Whether the sender of an order finding was out of the conversation for a while: a send that was refused then, on a
 * connection that was lost with the refusal, leaves its place to later ones, and nobody saw it being refused.
 */
const wasOut = (readings: readonly Reading[], { conv, text }: Finding): boolean =>
  readings.some(
    (reading) =>
      reading.conv === conv &&
      reading.messages.some(({ event }) => event?.remove.some((user) => text.startsWith(`${user} `)) === true),
  );

export const run = (seed: string, faults = 8): RunResult => {
  const world = build(seed);
  const log = new Log();
  const clients = people(world, seed, log);
  const targets = {
    ...world,
    clients,
    random: seededRandom(`${seed}/faults`),
    note: (text: string) => log.note(`${world.clock.now() % 1_000_000} ${text}`),
  };
  chat(world, seed, clients);
  habits(world, seed, clients);
  drawFaults(targets, faults, chatMs);
  world.driver.advance(chatMs);
  heal(targets);
  world.driver.advance(healMs);
  const quietSince = log.tick();
  const inboxes = lookAround(world, seed, clients);
  const readings = readAll(world, clients);
  const stands = liveness(world, clients, readings);
  const evidence: Evidence = { recordings: log.recordings, readings, inboxes, quietSince };
  const findings = check(evidence)
    .filter((finding) => !(finding.check === 'order' && wasOut(readings, finding)))
    .map(({ check: name, conv, text }) => `${name} ${conv}: ${text}`);
  const storedCount = new Set(readings.flatMap(({ conv, messages }) => messages.map(({ seq }) => `${conv} ${seq}`)))
    .size;
  return {
    seed,
    problems: [...stands, ...presence(world, clients), ...findings],
    storedCount,
    turns: world.driver.turns,
    digest: world.digest(),
    happened: world.happened,
    story: (conv) => log.story(conv, 4000),
  };
};
