/**
 * What people do in the two-node run besides sending: they read, type, watch each other, look at their inbox. And what
 * they must see when everything is quiet.
 */
import type { Clock } from '#contract/ports/system';
import { seededRandom } from '#runtime/random';
import type { StepDriver } from '#runtime/step-driver';
import type { Inbox } from '#test/e2e/driver/evidence';
import type { SimulatedClient } from '#test/nodes/client';

export const users = ['alice', 'bob', '17', '3'];
export const chatMs = 15_000;

interface World {
  readonly clock: Clock;
  readonly driver: StepDriver;
}

/** What people do besides: read, type, watch, look at their inbox. Drawn apart, so that the rest stays as it was. */
export const habits = ({ clock }: World, seed: string, clients: readonly SimulatedClient[]): void => {
  const random = seededRandom(`${seed}/habits`);
  for (let n = 0; n < 80; n += 1) {
    const client = clients[random.int(clients.length)] as SimulatedClient;
    const kind = random.int(4);
    clock.schedule(500 + random.int(chatMs - 500), () => {
      const known = [...client.conversations];
      const conv = known[random.int(known.length)] ?? 'none';
      const cursor = client.books.get(conv)?.cursor ?? 0;
      if (kind === 0) client.say({ t: 'typing', conv });
      else if (kind === 1) client.readInbox(() => undefined);
      else if (kind === 2) client.say({ t: 'watch', users: [...users, 'nobody'] });
      else if (cursor > 0) client.say({ t: 'read', conv, seq: 1 + random.int(cursor) });
    });
  }
};

/** Everyone says what they have read, then looks at their inbox and at who is there. */
export const lookAround = (world: World, seed: string, clients: readonly SimulatedClient[]): Inbox[] => {
  const random = seededRandom(`${seed}/quiet`);
  for (const client of clients) {
    client.say({ t: 'watch', users: [...users, 'nobody'] });
    for (const conv of client.conversations) {
      const cursor = client.books.get(conv)?.cursor ?? 0;
      if (cursor > 0) client.say({ t: 'read', conv, seq: 1 + random.int(cursor) });
    }
  }
  world.driver.advance(1_000);
  const inboxes: Inbox[] = [];
  for (const client of clients)
    client.readInbox((items) => {
      if (client.device === 'phone') inboxes.push({ user: client.user, items, ownCount: true });
    });
  world.driver.advance(1_000);
  return inboxes;
};

/** Everyone is there, and seen by those who share a conversation with them; then bob goes. */
export const presence = (world: World, clients: readonly SimulatedClient[]): string[] => {
  const problems: string[] = [];
  const expectOf = (whom: string, state: string): void => {
    for (const client of clients) {
      if (client.user === 'bob' && whom === 'bob') continue;
      const shares = [...client.conversations].some((conv) =>
        clients.some(({ user, conversations }) => user === whom && conversations.has(conv)),
      );
      const wanted = whom === client.user || shares ? state : 'unknown';
      const seen = client.presence.get(whom)?.state ?? 'nothing';
      if (seen !== wanted) problems.push(`${client.user}/${client.device} sees ${whom} as ${seen}, not ${wanted}`);
    }
  };
  for (const user of users) expectOf(user, 'online');
  for (const client of clients)
    if (client.presence.get('nobody')?.state !== 'unknown') problems.push(`${client.user} knows nobody`);
  const left = world.clock.now();
  for (const client of clients) if (client.user === 'bob') client.leave();
  world.driver.advance(60_000);
  expectOf('bob', 'offline');
  const lastSeenAt = clients[0]?.presence.get('bob')?.lastSeenAt ?? 0;
  if (lastSeenAt < left - 30_000 || lastSeenAt > left + 1_000)
    problems.push(`bob was last seen at ${lastSeenAt - left}`);
  return problems;
};
