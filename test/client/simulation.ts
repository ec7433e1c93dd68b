/**
 * The client's core against the product's own actors, on the stepping driver: a seed decides who writes what when, and
 * what happens to networks, servers, devices and their clocks. At the end all is healed, and what people saw is judged.
 */
import type { FrameOf, WireMessage } from '#contract/frames';
import { seededRandom } from '#runtime/random';
import { Device } from '#test/client/device';
import type { Mischief } from '#test/client/device';
import { drawFaults, heal } from '#test/nodes/faults';
import { build } from '#test/nodes/run';
import type { World } from '#test/nodes/run';

const chatMs = 12_000;
const healMs = 90_000;

export interface Played {
  readonly seed: string;
  readonly problems: readonly string[];
  readonly storedCount: number;
  readonly happened: Mischief;
}

const people = (world: World, seed: string, happened: Mischief): Device[] => {
  const random = seededRandom(`${seed}/devices`);
  let names = 0;
  const pickNode = () => {
    const open = world.nodes.filter((node) => node.takesConnections);
    return open[random.int(open.length)];
  };
  const nextName = (prefix: string): string => `${prefix}${String((names += 1)).padStart(6, '0')}`;
  const around = { clock: world.clock, random, pickNode, nextName, happened };
  const pairs = [
    ['alice', 'phone'],
    ['bob', 'phone'],
    ['17', 'phone'],
    ['alice', 'laptop'],
  ] as const;
  return pairs.map(([user, name]) => new Device(user, name, around));
};

const chat = ({ clock }: World, seed: string, devices: readonly Device[]): void => {
  const random = seededRandom(`${seed}/chat`);
  const [alice, bob] = devices as [Device, Device];
  const open = (device: Device, id: string, members: string[], title: string): void =>
    device.core.ask({ t: 'open', id, members, title }, () => undefined);
  clock.schedule(100, () => open(alice, 'open-000001', ['bob', '17'], 'all of us'));
  clock.schedule(100, () => open(bob, 'open-000002', ['alice'], 'two of us'));
  const sends = 30 + random.int(40);
  for (let n = 0; n < sends; n += 1) {
    const device = devices[random.int(devices.length)] as Device;
    const burst = 1 + random.int(4);
    clock.schedule(1_000 + random.int(chatMs - 1_000), () => {
      const known = [...device.conversations];
      const conv = known[random.int(known.length)];
      if (conv === undefined) return;
      for (let m = 0; m < burst; m += 1) device.write(conv, `${device.user}/${device.name} ${n} ${m}`);
    });
  }
};

const troubles = ({ clock }: World, seed: string, devices: readonly Device[]): void => {
  const random = seededRandom(`${seed}/troubles`);
  for (let n = 0; n < 6; n += 1) {
    const device = devices[random.int(devices.length)] as Device;
    const kind = random.int(5);
    clock.schedule(random.int(chatMs), () => {
      if (kind === 0) device.crash();
      else if (kind === 1) device.restart();
      else if (kind === 2) device.jump((random.next() - 0.5) * 7_200_000);
      else if (kind === 3) device.sleep(random.int(4_000));
      else device.cut();
    });
  }
};

type Histories = ReadonlyMap<string, readonly WireMessage[]>;

/** What a member reads of each conversation when all is quiet. */
const histories = (world: World, device: Device): Histories => {
  const all = new Map<string, WireMessage[]>();
  const next = (conv: string, after: number, n: number): void =>
    device.core.ask({ t: 'history', id: `reading-${conv}-${n}`.slice(-60), conv, after, limit: 200 }, (result) => {
      if (!result.ok) return;
      const page: FrameOf<'history'> = result.value;
      all.set(conv, [...(all.get(conv) ?? []), ...page.messages]);
      if (page.more) next(conv, page.messages.at(-1)?.seq ?? 0, n + 1);
    });
  for (const conv of device.conversations) next(conv, 0, 0);
  world.driver.advance(10_000);
  return all;
};

const judgeShown = (device: Device, conv: string, history: readonly WireMessage[]): string[] => {
  const problems: string[] = [];
  const seen = new Set<number>();
  let last = -1;
  // What was shown just before a crash, and not saved, comes again.
  let mayRepeat = false;
  for (const { shown, gaps, afterCrash } of device.runs) {
    if (gaps.length > 0) problems.push('announced a gap');
    const messages = shown.get(conv) ?? [];
    mayRepeat ||= afterCrash;
    const first = messages[0]?.seq;
    if (first !== undefined && last >= 0 && (mayRepeat ? first > last + 1 : first !== last + 1))
      problems.push(`a run begins with ${first} after ${last}`);
    if (first !== undefined) mayRepeat = false;
    messages.forEach(({ seq, mid }, index) => {
      const before = messages[index - 1]?.seq;
      if (before !== undefined && seq !== before + 1) problems.push(`shows ${seq} after ${before}`);
      if (history.find((message) => message.seq === seq)?.mid !== mid) problems.push(`shows a ${seq} of its own`);
      seen.add(seq);
      last = Math.max(last, seq);
    });
  }
  // Of two devices the one that comes later starts after what the other has acknowledged.
  const hasTwo = device.user === 'alice';
  const from = hasTwo ? Math.min(...seen) : 1;
  const missing = history.filter(({ seq }) => seq >= from && !seen.has(seq)).map(({ seq }) => seq);
  if (missing.length > 0 && (!hasTwo || seen.size > 0)) problems.push(`was never shown ${missing.join()}`);
  return problems.map((text) => `${device.user}/${device.name} ${conv}: ${text}`);
};

const judgeWritten = (device: Device, all: Histories): string[] => {
  const problems: string[] = [];
  const highest = new Map<string, number>();
  for (const [id, { conv, state }] of device.written) {
    const places = (all.get(conv) ?? []).filter((message) => message.id === id).map(({ seq }) => seq);
    if (places.length !== 1) problems.push(`${id} (${state}) is stored ${places.length} times`);
    const [seq = 0] = places;
    if (seq < (highest.get(conv) ?? 0)) problems.push(`${id} came before what was written earlier`);
    highest.set(conv, seq);
  }
  if (device.core.unsent > 0) problems.push(`${device.core.unsent} messages were never sent`);
  if (device.core.state !== 'connected') problems.push(`is ${device.core.state} at the end`);
  return problems.map((text) => `${device.user}/${device.name}: ${text}`);
};

export const play = (seed: string, faults = 6): Played => {
  const world = build(seed);
  const happened: Mischief = { doubled: 0, swapped: 0, crashes: 0, restarts: 0, jumps: 0, sleeps: 0, cuts: 0 };
  const devices = people(world, seed, happened);
  const random = seededRandom(`${seed}/faults`);
  const targets = { ...world, clients: devices, random, note: () => undefined };
  chat(world, seed, devices);
  if (faults > 0) troubles(world, seed, devices);
  drawFaults(targets, faults, chatMs);
  world.driver.advance(chatMs);
  heal(targets);
  world.driver.advance(healMs);
  const [alice] = devices as [Device];
  const all = histories(world, alice);
  const problems = world.errors.map((error) => `error: ${error}`);
  for (const device of devices) {
    problems.push(...judgeWritten(device, all));
    for (const conv of device.conversations) problems.push(...judgeShown(device, conv, all.get(conv) ?? []));
    device.core.stop();
    if (device.pendingTimers > 0) problems.push(`${device.user} left ${device.pendingTimers} timers behind`);
  }
  const storedCount = [...all.values()].reduce((sum, messages) => sum + messages.length, 0);
  return { seed, problems, storedCount, happened };
};
