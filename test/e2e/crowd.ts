/**
 * People who talk in pairs and groups as fast as they are answered, and who come back whatever happens to the server.
 * When they rest, everyone has had every answer and holds everything.
 */
import type { Client } from '#test/e2e/driver/client';
import type { Random } from '#test/e2e/driver/random';
import { sleep, until } from '#test/e2e/driver/wait';
import type { Stage } from '#test/e2e/stage';

export interface CrowdShape {
  readonly pairs: number;
  /** People of one group; everyone is in a pair and in a group. */
  readonly groupOf: number;
  /** Longest pause between an answer and the next send, in ms. */
  readonly pauseMs: number;
}

interface Talker {
  readonly client: Client;
  readonly convs: string[];
  readonly random: Random;
}

export class Crowd {
  /** The members of each conversation. */
  readonly members = new Map<string, readonly Client[]>();
  /** Messages that their senders have a number for. */
  answered = 0;
  readonly #talkers: Talker[] = [];
  #talks: Promise<void>[] = [];
  #isTalking = false;

  private constructor(readonly shape: CrowdShape) {}

  static async gather(stage: Stage, random: Random, shape: CrowdShape): Promise<Crowd> {
    const crowd = new Crowd(shape);
    for (let n = 0; n < shape.pairs * 2; n += 1) {
      const client = await stage.client(`user${n}`, {
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
    this.members.set(conv, clients);
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
    while (this.#isTalking) {
      const size = random.between(1, 200);
      await client.send(random.pick(convs), `${client.user} ${this.answered} ${random.next()} ${'x'.repeat(size)}`);
      this.answered += 1;
      if (this.shape.pauseMs > 0) await sleep(random.between(0, this.shape.pauseMs));
    }
  }

  /** No more sends; waits until all is answered and everyone holds everything. */
  async rest(stage: Stage): Promise<void> {
    this.#isTalking = false;
    await stage.inTime(Promise.all(this.#talks), `the answers to ${this.open} sends`, 30_000);
    for (const [conv, clients] of this.members) {
      const numbers = this.clients.flatMap(({ stored }) => [...stored.values()].filter((one) => one.conv === conv));
      const last = Math.max(0, ...numbers.map(({ seq }) => seq));
      for (const client of clients) await client.holds(conv, last, 30_000);
    }
    await until(
      () => this.clients.every(({ isReady }) => isReady),
      () => 'everyone is back',
    );
  }
}
