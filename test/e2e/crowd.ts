/**
 * People who talk in pairs and groups as fast as they are answered, and who come back whatever happens to the server.
 * Guests come to groups and go again. When they rest, everyone has had every answer and holds everything.
 */
import type { Client, ClientOptions } from '#test/e2e/driver/client';
import type { Random } from '#test/e2e/driver/random';
import { sleep, until } from '#test/e2e/driver/wait';
import type { Stage } from '#test/e2e/stage';

export interface CrowdShape {
  readonly pairs: number;
  /** People of one group; everyone is in a pair and in a group. */
  readonly groupOf: number;
  /** Longest pause between an answer and the next send, in ms. */
  readonly pauseMs: number;
  /** How many sends somebody may have unanswered at once; 1 when absent. */
  readonly ahead?: number;
}

/** Somebody who does not talk in this group, is let in and shown out. */
interface Visit {
  readonly conv: string;
  readonly host: Client;
  readonly guest: Client;
  isIn: boolean;
}

interface Talker {
  readonly client: Client;
  readonly convs: string[];
  readonly random: Random;
}

export class Crowd {
  /** Changes of members that were answered. */
  changed = 0;
  readonly #members = new Map<string, readonly Client[]>();
  readonly #visits: Visit[] = [];
  #changes: Promise<void> = Promise.resolve();
  /** Messages that their senders have a number for. */
  answered = 0;
  readonly #talkers: Talker[] = [];
  #talks: Promise<void>[] = [];
  #isTalking = false;

  private constructor(readonly shape: CrowdShape) {}

  /** `more`: what each of them has beside, such as another server. */
  static async gather(
    stage: Stage,
    random: Random,
    shape: CrowdShape,
    more: (user: string) => Partial<ClientOptions> = () => ({}),
  ): Promise<Crowd> {
    const crowd = new Crowd(shape);
    for (let n = 0; n < shape.pairs * 2; n += 1) {
      const client = await stage.client(`user${n}`, {
        ...more(`user${n}`),
        stubborn: random.child(n),
        ack: random.pick([
          { every: 1, withinMs: 0 },
          { every: 16, withinMs: 10 },
        ]),
      });
      crowd.#talkers.push({ client, convs: [], random: random.child(1_000 + n) });
    }
    await Promise.all(crowd.#talkers.map(({ client }) => client.connect()));
    for (let n = 0; n < crowd.#talkers.length; n += 2) await crowd.#meet(crowd.#talkers.slice(n, n + 2));
    for (let n = 0; n < crowd.#talkers.length; n += shape.groupOf)
      await crowd.#meet(crowd.#talkers.slice(n, n + shape.groupOf), `group ${n}`);
    return crowd;
  }

  async #meet(talkers: readonly Talker[], title?: string): Promise<void> {
    const clients = talkers.map(({ client }) => client);
    const users = clients.map(({ user }) => user);
    const { conv } = (await clients[0]?.open(users.slice(1), title === undefined ? {} : { title })) ?? { conv: '' };
    for (const talker of talkers) talker.convs.push(conv);
    this.#members.set(conv, clients);
    const [host] = clients;
    const everyone = this.clients;
    const guest = host && everyone[(everyone.indexOf(host) + clients.length) % everyone.length];
    if (guest && !clients.includes(guest) && title !== undefined) this.#visits.push({ conv, host, guest, isIn: false });
  }

  /** Who is in each conversation. */
  get members(): ReadonlyMap<string, readonly Client[]> {
    const guests = (conv: string): Client[] =>
      this.#visits.filter((visit) => visit.conv === conv && visit.isIn).map(({ guest }) => guest);
    return new Map([...this.#members].map(([conv, clients]) => [conv, [...clients, ...guests(conv)]]));
  }

  /** A guest comes to a group, or goes; one change after the other. */
  visit(random: Random): void {
    const visit = random.pick(this.#visits);
    this.#changes = this.#changes.then(async () => {
      const users = [visit.guest.user];
      await visit.host.members(visit.conv, visit.isIn ? { remove: users } : { add: users });
      visit.isIn = !visit.isIn;
      this.changed += 1;
    });
  }

  get clients(): Client[] {
    return this.#talkers.map(({ client }) => client);
  }

  /** Sends that have no answer at this moment. */
  get open(): number {
    return this.clients.reduce((sum, { pending }) => sum + pending.size, 0);
  }

  talk(): void {
    this.#isTalking = true;
    this.#talks = this.#talkers.map((talker) => this.#talk(talker));
  }

  async #talk({ client, convs, random }: Talker): Promise<void> {
    const { pauseMs, ahead = 1 } = this.shape;
    const unanswered = new Set<Promise<void>>();
    while (this.#isTalking) {
      const size = random.between(1, 200);
      const text = `${client.user} ${this.answered} ${random.next()} ${'x'.repeat(size)}`;
      const sent = client.send(random.pick(convs), text).then(() => {
        this.answered += 1;
        unanswered.delete(sent);
      });
      unanswered.add(sent);
      if (unanswered.size >= ahead) await Promise.race(unanswered);
      this.#idle(client, convs, random);
      if (pauseMs > 0) await sleep(random.between(0, pauseMs));
    }
    await Promise.all(unanswered);
  }

  /** What people do between two sends: read, type, look who is there, look at their inbox. */
  #idle(client: Client, convs: readonly string[], random: Random): void {
    const conv = random.pick(convs);
    const { cursor } = client.books.get(conv) ?? { cursor: 0 };
    const drawn = random.between(0, 20);
    if (drawn < 4 && cursor > 0) client.say({ t: 'read', conv, seq: random.between(1, cursor) });
    else if (drawn === 4) client.say({ t: 'typing', conv });
    else if (drawn === 5) client.say({ t: 'watch', users: this.clients.slice(0, 20).map(({ user }) => user) });
    else if (drawn === 6) void client.inbox({ limit: 2 }).catch(() => undefined);
  }

  /** Whom somebody who watches everyone sees: those with whom they share a conversation online, nobody else. */
  async seen(stage: Stage): Promise<string[]> {
    const wrong: string[] = [];
    for (const watcher of this.clients.slice(0, 5)) {
      const others = new Set<string>();
      for (const clients of this.members.values())
        if (clients.includes(watcher)) for (const { user } of clients) others.add(user);
      const users = this.clients.map(({ user }) => user);
      watcher.connection.send({ t: 'watch', users });
      const states = () => new Map(watcher.connection.received('presence').map(({ user, state }) => [user, state]));
      const isRight = (): boolean =>
        users.every((user) => states().get(user) === (others.has(user) ? 'online' : 'unknown'));
      await stage.inTime(
        until(isRight, () => 'presence').catch(() => undefined),
        'presence',
        10_000,
      );
      if (!isRight())
        wrong.push(`${watcher.user} sees ${JSON.stringify([...states()])}, shares with ${[...others].join(' ')}`);
    }
    return wrong;
  }

  /** No more sends; waits until all is answered and everyone holds everything. */
  async rest(stage: Stage, withinMs = 30_000): Promise<void> {
    this.#isTalking = false;
    await stage.inTime(Promise.all(this.#talks), `the answers to ${this.open} sends`, withinMs);
    await stage.inTime(this.#changes, 'the answers to changes of members', withinMs);
    for (const [conv, clients] of this.members) {
      const standing = clients[0]?.members(conv) ?? Promise.reject(new Error(`nobody is in ${conv}`));
      const { seq } = await stage.inTime(standing, 'who is in');
      for (const client of clients) await client.holds(conv, seq, 30_000);
    }
    await until(
      () => this.clients.every(({ isReady }) => isReady),
      () => 'everyone is back',
    );
  }
}
