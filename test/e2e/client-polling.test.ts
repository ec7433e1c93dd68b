// The client where no WebSocket gets through: it chats by POST /poll over a real server, and returns when one does.
import { afterEach, expect, it } from 'vitest';
import { connect } from '#client/node';
import type { Chat } from '#client/node';
import { NoUpgrades } from '#test/e2e/driver/no-upgrades';
import { sleep, until } from '#test/e2e/driver/wait';
import { Stage, tokenFor } from '#test/e2e/stage';

const limits = {
  ...{ 'reconnect.baseMs': 20, 'reconnect.capMs': 50, 'polling.after': 2 },
  ...{ 'polling.waitMs': 1_000, 'polling.probeMs': 500 },
};

let stage: Stage;
let door: NoUpgrades;
const chats: Chat[] = [];

afterEach(async () => {
  for (const chat of chats.splice(0)) chat.stop();
  door.close();
  await stage.close();
});

/** Everything that was shown to one person, and how far what they sent has got. */
const personOf = async (user: string, url: string) => {
  const chat = connect({ url, token: await tokenFor(user), device: 'phone', limits });
  chats.push(chat);
  const shown = new Map<string, string[]>();
  const states = new Map<string, string>();
  const lives: string[] = [];
  chat.on('message', ({ conv, seq, body }) => shown.set(conv, [...(shown.get(conv) ?? []), `${seq} ${body}`]));
  chat.on('state', ({ id, state }) => states.set(id, state));
  chat.on('connection', ({ state }) => lives.push(state));
  return { chat, shown, states, lives };
};

type Person = Awaited<ReturnType<typeof personOf>>;

const reaches = ({ chat, lives }: Person, state: string): Promise<void> =>
  until(
    () => chat.state === state,
    () => `${state}: ${lives.join()}`,
  );

it('C26 C27 K12 polls without a WebSocket, returns with one; nothing is lost, doubled or swapped', async () => {
  stage = await Stage.open();
  door = await NoUpgrades.to(() => stage.server.http);
  const alice = await personOf('alice', door.url);
  const bob = await personOf('bob', stage.server.http ?? '');
  const { conv } = await alice.chat.open(['bob']);
  const sent: { readonly by: Person; readonly id: string; readonly stored: Promise<{ readonly seq: number }> }[] = [];
  const say = (by: Person, body: string): void => void sent.push({ by, ...by.chat.send(conv, body) });
  let n = 0;
  /** Both talk, faster than polls are answered, while whatever happens happens. */
  const talk = async (isOver: () => boolean): Promise<void> => {
    for (const end = n + 15; n < end || !isOver(); n += 1) {
      say(alice, `alice ${n}`);
      say(bob, `bob ${n}`);
      await sleep(20);
    }
  };
  await talk(() => alice.chat.state === 'connected');
  door.shut();
  await talk(() => alice.chat.state === 'polling');
  await talk(() => door.refused > 3);
  const mine = alice.chat.send(conv, 'by post');
  const { seq } = await mine.stored;
  const { conv: other } = await bob.chat.open(['alice'], 'opened meanwhile');
  bob.chat.send(other, 'are you there?');
  bob.chat.read(conv, seq);
  await until(
    () => alice.shown.has(other) && alice.states.get(mine.id) === 'read',
    () => `what happens meanwhile is told: ${alice.shown.get(other)?.join()}, ${alice.states.get(mine.id)}`,
  );
  expect(alice.shown.get(other)).toEqual(['1 are you there?']);
  expect([alice.chat.state, (await alice.chat.history(other)).messages.length]).toEqual(['polling', 1]);
  door.open();
  await talk(() => alice.chat.state === 'connected');
  await reaches(alice, 'connected');
  const stored = await Promise.all(sent.map(async ({ stored: when }) => (await when).seq));
  const total = stored.length + 1;
  await until(
    () => [alice, bob].every(({ shown }) => (shown.get(conv)?.length ?? 0) >= total),
    () => `${alice.shown.get(conv)?.length} and ${bob.shown.get(conv)?.length} of ${total} came`,
  );
  expect([...stored, seq].sort((one, two) => one - two)).toEqual(Array.from({ length: total }, (_, at) => at + 1));
  expect(alice.shown.get(conv)).toEqual(bob.shown.get(conv));
  for (const name of ['alice', 'bob']) {
    const numbers = (bob.shown.get(conv) ?? []).flatMap((line) => new RegExp(`${name} (\\d+)$`).exec(line)?.[1] ?? []);
    expect(numbers.map(Number)).toEqual(Array.from({ length: n }, (_, at) => at));
  }
  expect(alice.lives.filter((life) => life === 'polling')).not.toEqual([]);
  expect(alice.lives.at(-1)).toBe('connected');
  expect(door.requests.get('/poll')).toBeGreaterThan(0);
  expect(bob.lives).toEqual(['connected']);
}, 60_000);
