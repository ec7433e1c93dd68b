/** What every test of the served product needs: a server of its own, clients with tokens, and an end to all of it. */
import { SignJWT } from 'jose';
import { check, report } from '#test/e2e/driver/check';
import { Client } from '#test/e2e/driver/client';
import type { ClientOptions } from '#test/e2e/driver/client';
import { Connection } from '#test/e2e/driver/connection';
import type { ConnectionOptions } from '#test/e2e/driver/connection';
import type { Evidence, Inbox, Reading } from '#test/e2e/driver/evidence';
import { Log } from '#test/e2e/driver/log';
import { Server, stopServers } from '#test/e2e/driver/server-process';
import type { ServerOptions } from '#test/e2e/driver/server-process';
import { within } from '#test/e2e/driver/wait';

export const secret = 'the secret of the end-to-end tests, long enough';

export const tokenFor = (user: string, ttlSeconds = 3_600, key = secret): Promise<string> =>
  new SignJWT({ sub: user })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1_000) + ttlSeconds)
    .sign(new TextEncoder().encode(key));

export class Stage {
  readonly log = new Log();
  readonly server: Server;
  readonly #clients: Client[] = [];

  constructor(options: Omit<ServerOptions, 'log'> = {}) {
    const env = { HOGMANAY_JWT_SECRET: secret, ...options.env };
    this.server = new Server({ ...options, env, log: this.log });
  }

  /** A server that takes traffic. */
  static async open(options: Omit<ServerOptions, 'log'> = {}): Promise<Stage> {
    const stage = new Stage(options);
    await stage.server.start();
    return stage;
  }

  /** A client that is not connected yet. */
  async client(user: string, more: Partial<ClientOptions> = {}): Promise<Client> {
    const token = await tokenFor(user);
    const client = new Client({ url: this.server.url, user, token, log: this.log, ...more });
    this.#clients.push(client);
    return client;
  }

  /** A client that is connected and has had its replay. */
  async present(user: string, more: Partial<ClientOptions> = {}): Promise<Client> {
    const client = await this.client(user, more);
    await client.connect();
    return client;
  }

  /** A bare connection that has said nothing. */
  async stranger(options: ConnectionOptions = {}): Promise<Connection> {
    const connection = new Connection(this.server.url() ?? 'ws://down.invalid', this.log, options);
    await connection.opened;
    return connection;
  }

  /** All that went over the wire so far, judged; `readers` are the members who read each conversation. Empty: fine. */
  async verdict(
    readers: ReadonlyMap<string, readonly Client[]>,
    around: Pick<Evidence, 'storeWasAway'> = {},
  ): Promise<string> {
    const quietSince = this.log.tick();
    const inboxes = await this.#inboxes(readers);
    const readings: Reading[] = [];
    for (const [conv, clients] of readers) {
      for (const client of clients) {
        const { since } = await this.inTime(client.members(conv), `${client.user} asks for the members`);
        const messages = await this.inTime(client.wholeHistory(conv), `${client.user} reads the history`, 20_000);
        readings.push({ conv, user: client.user, since, messages });
      }
    }
    return report(check({ recordings: this.log.recordings, readings, inboxes, quietSince, ...around }), this.log);
  }

  /** Everyone says what they have read, then looks at their inbox. What a crash took back may count as unread. */
  async #inboxes(readers: ReadonlyMap<string, readonly Client[]>): Promise<Inbox[]> {
    const everyone = new Map<string, Client>();
    for (const [conv, clients] of readers) {
      for (const client of clients) {
        everyone.set(client.user, client);
        const { cursor } = client.books.get(conv) ?? { cursor: 0 };
        if (cursor > 1) client.say({ t: 'read', conv, seq: cursor - 1 });
      }
    }
    const inboxes: Inbox[] = [];
    for (const client of everyone.values()) {
      const items = await this.inTime(client.wholeInbox(), `the inbox of ${client.user}`);
      inboxes.push({ user: client.user, items, ownCount: false });
    }
    return inboxes;
  }

  /** Waits for it; what went over the wire is part of the failure. */
  inTime<T>(promise: Promise<T>, what: string, withinMs = 5_000): Promise<T> {
    return within(promise, () => `${what}\n${this.log.story(undefined, 60)}`, withinMs);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.stop();
    await stopServers();
  }
}
