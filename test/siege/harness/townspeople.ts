/**
 * People who chat in pairs at a moderate pace while the siege goes on. They are honest clients and no stubborn ones: a
 * lost connection or a refused send is harm done. Every message is timed.
 */
import type { Client } from '#test/e2e/driver/client';
import type { ServerFrame } from '#test/e2e/driver/frames';
import type { Random } from '#test/e2e/driver/random';
import { sleep } from '#test/e2e/driver/wait';
import type { Stage } from '#test/e2e/stage';
import { Phase } from '#test/siege/harness/figures';

/** Longest pause between an answer and the next send, in ms: some thousand messages a second of forty people. */
const pauseMs = 50;

interface Talker {
  readonly client: Client;
  readonly random: Random;
  conv: string;
}

export class Townspeople {
  /** Sends belong to this phase from now on. */
  phase = new Phase();
  readonly harm: string[] = [];
  readonly #talkers: Talker[] = [];
  /** Sends that the other one has not got yet: who is told when. */
  readonly #under = new Map<string, (at: number) => void>();
  #isTalking = true;
  #talks: Promise<void>[] = [];

  /** `url`: the way to the server, where it is not the straight one. */
  static async gather(stage: Stage, random: Random, pairs: number, url?: () => string): Promise<Townspeople> {
    const town = new Townspeople();
    const onFrame = (frame: ServerFrame): void => town.#delivered(frame);
    for (let n = 0; n < pairs * 2; n += 1) {
      const client = await stage.client(`user${n}`, { ack: { every: 16, withinMs: 10 }, onFrame, ...(url && { url }) });
      town.#talkers.push({ client, random: random.child(n), conv: '' });
    }
    for (let n = 0; n < pairs; n += 1) await town.#meet(town.#talkers.slice(2 * n, 2 * n + 2));
    town.#talks = town.#talkers.map((talker) => town.#talk(talker));
    return town;
  }

  async #meet(pair: readonly Talker[]): Promise<void> {
    for (const { client } of pair) {
      await client.connect();
      void client.connection.closed.then(({ code }) => {
        if (this.#isTalking) this.harm.push(`${client.user} was disconnected with ${code}`);
      });
    }
    const [one, other] = pair;
    const { conv } = (await one?.client.open([other?.client.user ?? ''])) ?? { conv: '' };
    for (const talker of pair) talker.conv = conv;
  }

  #delivered(frame: ServerFrame): void {
    if (frame.t !== 'message') return;
    this.#under.get(frame.id)?.(performance.now());
    this.#under.delete(frame.id);
  }

  async #talk({ client, random, conv }: Talker): Promise<void> {
    for (let n = 0; this.#isTalking; n += 1) {
      const id = `${client.user}-${String(n).padStart(6, '0')}`;
      const { stored, delivered } = this.phase.send(performance.now());
      this.#under.set(id, delivered);
      try {
        await client.send(conv, `${id} ${'x'.repeat(random.between(1, 200))}`, { id });
        stored(performance.now());
      } catch (why) {
        this.harm.push(`${client.user}: ${String(why)}`);
        return;
      }
      await sleep(random.between(0, pauseMs));
    }
  }

  get conversations(): string[] {
    return [...new Set(this.#talkers.map(({ conv }) => conv))];
  }

  /** What has been done to them since it was last asked. */
  takeHarm(): string[] {
    return this.harm.splice(0);
  }

  /** No more sends: everything is answered, everyone holds everything, and the checker finds nothing. */
  async reckoning(stage: Stage, withinMs = 20_000): Promise<string[]> {
    this.#isTalking = false;
    try {
      await stage.inTime(Promise.all(this.#talks), 'the answers to the crowd', withinMs);
      const readers = new Map<string, Client[]>();
      for (const { client, conv } of this.#talkers) readers.set(conv, [...(readers.get(conv) ?? []), client]);
      for (const [conv, clients] of readers) {
        const standings = await stage.inTime(
          Promise.all(clients.map((client) => client.members(conv))),
          'who is in',
          withinMs,
        );
        for (const client of clients) await client.holds(conv, Math.max(...standings.map(({ seq }) => seq)), withinMs);
      }
      const findings = await stage.verdict(readers);
      return findings === '' ? this.takeHarm() : [...this.takeHarm(), findings];
    } catch (why) {
      return [...this.takeHarm(), String(why)];
    }
  }
}
