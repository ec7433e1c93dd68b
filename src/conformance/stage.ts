/**
 * What one check works with: users, connections and conversations of its own, so that checks may run in any order, side
 * by side, against a server that serves others. Everything ends with the check.
 */
import { Client } from '#conformance/client';
import { closeAfterHandshake } from '#conformance/handshake';
import { createHttp } from '#conformance/http';
import type { Http } from '#conformance/http';
import { Link } from '#conformance/link';
import type { LinkOptions } from '#conformance/link';
import { randomName } from '#conformance/tokens';
import type { Forgery, Person, Tokens } from '#conformance/tokens';
import { must, NotTried, Unmet } from '#conformance/unmet';

export interface StageOptions {
  /** `http://HOST:PORT`, or `https`. */
  readonly base: string;
  readonly tokens: Tokens;
  /** Milliseconds that the check has. */
  readonly withinMs: number;
}

interface Several<T> {
  readonly 1: [T];
  readonly 2: [T, T];
  readonly 3: [T, T, T];
  readonly 4: [T, T, T, T];
}
type Count = keyof Several<unknown>;

/** How long nothing must come before we believe that nothing will. */
const quietMs = 250;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Stage {
  readonly http: Http;
  /** What went over the wire, newest last. */
  readonly story: string[] = [];
  readonly #ours = new Set<string>();
  readonly #links: Link[] = [];
  readonly #endsAt: number;
  readonly #remainingMs = (): number => Math.max(1, this.#endsAt - Date.now());

  constructor(private readonly options: StageOptions) {
    this.#endsAt = Date.now() + options.withinMs;
    this.http = createHttp({ base: options.base, remainingMs: this.#remainingMs, story: this.story });
  }

  /** Different people, who have nothing to do with each other yet where tokens are fresh. */
  people<N extends Count>(count: N): Several<Person>[N] {
    return this.crowd(count) as Several<Person>[N];
  }

  /** Many people. */
  crowd(count: number): readonly Person[] {
    const people = this.options.tokens.people(count);
    if (people === undefined) throw new NotTried(`it needs ${count} users`);
    return people;
  }

  /** As many users, each with one connection that is ready. */
  async present<N extends Count>(count: N): Promise<Several<Client>[N]> {
    const clients = await Promise.all(this.people(count).map((person) => this.connect(person)));
    return clients as Several<Client>[N];
  }

  /** A connection of this user that is ready; of a new device when none is named. */
  async connect(person: Person, device?: string, cursors?: Readonly<Record<string, number>>): Promise<Client> {
    const client = await this.client(person, device);
    await client.hello(cursors);
    await client.expect('ready');
    return client;
  }

  /** A connection of this user that has said nothing. */
  async client(person: Person, device = `dev-${randomName()}`): Promise<Client> {
    const options = { ...this.#linkOptions(`${person.name}/${device}`), person, device, ours: this.#ours };
    const client = new Client(options);
    this.#links.push(client);
    await client.opened();
    return client;
  }

  /** A bare connection. */
  async link(more: Partial<LinkOptions> = {}): Promise<Link> {
    const link = new Link({ ...this.#linkOptions('stranger'), ...more });
    this.#links.push(link);
    await link.opened();
    return link;
  }

  /** Offers these subprotocols only; the code with which the server closes the connection at once. */
  knock(protocols: readonly string[]): Promise<number> {
    return closeAfterHandshake(this.#linkOptions('').url, protocols, this.#remainingMs());
  }

  /** A new group, known to all of them; answers its name. */
  async group(creator: Client, ...others: readonly Client[]): Promise<string> {
    const names = others.map(({ user }) => user);
    const { conv } = await creator.open(names, `group ${randomName()}`);
    await Promise.all(others.map((other) => other.expect('opened', (frame) => frame.conv === conv)));
    return conv;
  }

  /** This conversation, opened by another way than a client of the stage, belongs to this check. */
  adopt(conv: unknown): string {
    must(typeof conv === 'string', 'a conversation', conv);
    this.#ours.add(conv);
    return conv;
  }

  /** A token that no honest issuer makes. */
  forge(forgery: Forgery): string {
    const token = this.options.tokens.forge(forgery);
    if (token === undefined) throw new NotTried('it needs the signing key');
    return token;
  }

  /** Long enough that what was to come has come. */
  async quiet(ms = quietMs): Promise<void> {
    await pause(Math.min(ms, this.#remainingMs()));
    this.judge();
  }

  /** Tries again until it holds: for what the protocol promises for soon. The last failure counts. */
  async soon(attempt: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Unmet) || this.#remainingMs() < 2 * quietMs) throw error;
        await pause(quietMs / 5);
      }
    }
  }

  /** Throws what came amiss on any connection. */
  judge(): void {
    for (const link of this.#links) link.judge();
  }

  /** Ends all connections. */
  end(): void {
    for (const link of this.#links) link.cut();
  }

  #linkOptions(name: string): LinkOptions {
    const url = `${this.options.base.replace(/^http/, 'ws')}/ws`;
    return { url, name, remainingMs: this.#remainingMs, story: this.story };
  }
}
