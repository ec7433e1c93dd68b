/** Too much of what is allowed: frames, sends, pings, answers that nobody reads, connections, devices. */
import { sleep } from '#test/e2e/driver/wait';
import type { Attack, Camp } from '#test/siege/attack';
import { outcomeOf } from '#test/siege/attack';
import type { FrameShape } from '#test/siege/tools/frame-bytes';
import type { Wire } from '#test/siege/tools/wire';

/** So many frames a second, until the server ends it or the time is up. */
async function pour(
  wire: Wire,
  perSecond: number,
  forMs: number,
  textOf: (n: number) => string,
  shape: FrameShape = {},
): Promise<number> {
  const started = performance.now();
  let said = 0;
  for (let passed = 0; passed < forMs; passed = performance.now() - started) {
    if (wire.code !== undefined || wire.line.isEnded) break;
    for (; said < (passed * perSecond) / 1_000; said += 1) wire.raw(textOf(said), shape);
    await sleep(5);
  }
  return said;
}

const counted = (wire: Wire, outcome: string): number =>
  wire.frames.filter((frame) => outcomeOf(frame) === outcome).length;

async function tooManyFrames(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  await pour(wire, 10_000, camp.target.patienceMs, () => '{"t":"ping"}');
  camp.expect('beyond the rate', counted(wire, 'gateway.rate_limited') > 0 ? 'refused' : 'taken', 'refused');
  await camp.ends(wire, '10,000 frames a second without pause', '4002');
}

const sendOf = (conv: string, n: number, body: string): object => ({ t: 'send', id: `flood-${n}-00`, conv, body });

/** A conversation of one's own with somebody else. */
async function ownConversation(camp: Camp, wire: Wire, members: readonly string[] = ['somebody']): Promise<string> {
  wire.say({ t: 'open', id: 'open-0001', members, title: 'ours' });
  return String((await camp.answer(wire, 'opened', 'open-0001'))?.['conv']);
}

async function tooManySends(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  const conv = await ownConversation(camp, wire);
  await pour(wire, 5_000, camp.target.patienceMs, (n) => JSON.stringify(sendOf(conv, n, 'x'.repeat(200))));
  const [stored, refused] = [counted(wire, 'stored'), counted(wire, 'gateway.rate_limited')];
  camp.expect('sends beyond the rate', refused > stored && stored > 0 ? 'refused' : 'stored', 'refused');
  await camp.ends(wire, '5,000 sends a second without pause', '4002');
}

async function pings(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  await pour(wire, 10_000, camp.target.forMs, () => 'x'.repeat(125), { opcode: 9 });
  camp.expect('pings, one by one', wire.pongs > 0 || wire.line.isEnded ? 'pongs' : 'silence', 'pongs');
  wire.line.cut();
  const deaf = await camp.guest();
  deaf.line.pause();
  await pour(deaf, 100_000, camp.target.patienceMs, () => 'x'.repeat(125), { opcode: 9 });
  camp.expect('pings whose pongs are never read', deaf.line.isEnded ? 'ended' : 'open', 'ended');
}

/** A conversation of 16 messages of 16 KB: a page of it is as large as pages get. */
async function largePages(camp: Camp, wire: Wire, messages: number): Promise<(n: number) => string> {
  const conv = await ownConversation(camp, wire);
  for (let n = 0; n < messages; n += 1)
    await camp.ask(wire, { ...sendOf(conv, n, 'x'.repeat(16_000)), id: `large-${n}-00` });
  return (n) => JSON.stringify({ t: 'history', id: `page-${n}-000`, conv, limit: 200 });
}

/** Asks for pages at a pace that a reader could follow, and reads none. */
async function neverReads(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  const pageOf = await largePages(camp, wire, 16);
  wire.line.pause();
  await pour(wire, 100, camp.target.patienceMs, pageOf);
  camp.expect('pages asked for and never read', wire.line.isEnded ? 'ended' : 'open', 'ended');
}

/** Asks for pages as fast as frames may come. */
async function hoards(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  const pageOf = await largePages(camp, wire, 150);
  wire.line.pause();
  await pour(wire, 2_000, camp.target.patienceMs, pageOf);
  camp.expect('pages asked for and never read', wire.line.isEnded ? 'ended' : 'open', 'ended');
}

/** Opens groups as large as they may be, as fast as frames may come. */
async function founds(camp: Camp): Promise<void> {
  const wire = await camp.guest();
  const members = Array.from({ length: 255 }, (_, n) => `crowd-${n}`);
  const open = (n: number): string => JSON.stringify({ t: 'open', id: `found-${n}-00`, members, title: 'all' });
  await pour(wire, 1_000, camp.target.forMs, open);
  await camp.lives(wire, 'groups without end');
  camp.expect('groups', counted(wire, 'opened') > 0 ? 'opened' : 'none', 'opened');
  wire.line.cut();
}

/** Gets messages, reads nothing, acknowledges nothing: it is waited for, and never closed for that. */
async function onlyReceives(camp: Camp): Promise<void> {
  const names = Array.from({ length: 8 }, () => camp.recruit());
  const readers = await Promise.all(names.map((name) => camp.guest(name)));
  const sender = await camp.guest();
  const conv = await ownConversation(camp, sender, names);
  for (const { line } of readers) line.pause();
  await pour(sender, 150, Math.max(camp.target.forMs, 2_000), (n) =>
    JSON.stringify(sendOf(conv, n, 'x'.repeat(16_000))),
  );
  for (const reader of readers) {
    reader.line.resume();
    await camp.lives(reader, 'not reading for a while');
    camp.expect('having read nothing', await reader.end(0), 'open');
    reader.line.cut();
  }
  sender.line.cut();
}

async function comeAndGo(camp: Camp, user: string): Promise<void> {
  const wire = await camp.guest(user);
  wire.line.cut();
  camp.expect('coming and going', outcomeOf(wire.frames.find(({ t }) => t === 'welcome')), 'welcome');
}

async function replaced(camp: Camp): Promise<void> {
  const user = camp.recruit();
  const first = await camp.guest(user);
  const second = await camp.guest(user);
  await camp.ends(first, 'the older connection of a device', '4103');
  await camp.lives(second, 'the newer one');
  second.line.cut();
}

/** One user may have `devices.user` (16) devices connected: beyond, the one longest connected goes. */
async function manyDevices(camp: Camp): Promise<void> {
  const user = camp.recruit();
  const wires: Wire[] = [];
  for (let n = 0; n < 18; n += 1) wires.push(await camp.guest(user, `device-${n}`));
  for (const wire of wires.slice(0, 2)) await camp.ends(wire, 'the device longest connected', '4103');
  for (const wire of wires.slice(2)) {
    await camp.lives(wire, 'one of sixteen devices');
    wire.line.cut();
  }
}

async function renewals(camp: Camp): Promise<void> {
  const user = camp.recruit();
  const wire = await camp.guest(user);
  await pour(wire, 400, camp.target.forMs, () =>
    JSON.stringify({ t: 'hello', token: camp.token(user), device: 'd1', cursors: { nowhere: 1 } }),
  );
  await camp.lives(wire, 'hello over and over');
  camp.expect('renewals', counted(wire, 'welcome') > 1 ? 'welcome' : 'silence', 'welcome');
  wire.line.cut();
}

export const floods: readonly Attack[] = [
  {
    name: '10,000 frames a second',
    answer: 'gateway.rate_limited, then 4002',
    memoryMiB: 96,
    strike: (camp) => camp.again(1, 10, () => tooManyFrames(camp)),
  },
  {
    name: '5,000 sends a second',
    answer: 'gateway.rate_limited, then 4002',
    memoryMiB: 96,
    strike: (camp) => camp.again(1, 10, () => tooManySends(camp)),
  },
  {
    name: 'ping floods',
    answer: 'pongs; where they are not read, the end',
    memoryMiB: 64,
    strike: (camp) => camp.again(1, 10, () => pings(camp)),
  },
  {
    name: 'asks and never reads',
    answer: '4001, or just the end',
    // Two of them, each with socket.bufferedBytes (4 MiB) at most, and the pages that are being made.
    memoryMiB: 128,
    strike: (camp) => camp.again(2, 10, () => neverReads(camp)),
  },
  {
    name: 'receives and never reads',
    answer: 'waited for, never closed for that',
    // Eight of them, each with window.unacked (256) messages of 16 KB at most: 32 MiB.
    memoryMiB: 128,
    strike: (camp) => camp.again(1, 10, () => onlyReceives(camp)),
  },
  {
    name: 'coming and going',
    answer: 'welcome; the older connection of a device 4103; the 17th device crowds out',
    memoryMiB: 64,
    strike: async (camp) => {
      const users = Array.from({ length: 8 }, () => camp.recruit());
      await camp.again(1, 10, async () => {
        await Promise.all(users.map((user) => comeAndGo(camp, user)));
        await Promise.all([replaced(camp), manyDevices(camp)]);
      });
    },
  },
  {
    name: 'hello over and over',
    answer: 'welcome each time, the same session',
    memoryMiB: 64,
    strike: (camp) => camp.again(1, 10, () => renewals(camp)),
  },
];

/** What the server does not bear yet (docs/security.md says so): measured by `npm run siege -- --known` alone. */
export const notBorne: readonly Attack[] = [
  {
    name: 'hoards pages',
    answer: '4001, or just the end',
    memoryMiB: 128,
    strike: (camp) => camp.again(4, 10, () => hoards(camp)),
  },
  {
    name: 'founds groups',
    answer: 'opened, or refused',
    memoryMiB: 128,
    strike: (camp) => camp.again(1, 10, () => founds(camp)),
  },
];
