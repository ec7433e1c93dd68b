/**
 * A door in front of a server as some networks have it: HTTP gets through, and a WebSocket only while it is open. It
 * keeps its port.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

const refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

export class NoUpgrades {
  /** Upgrades that were turned away. */
  refused = 0;
  /** Requests for a path, so far. */
  readonly requests = new Map<string, number>();
  readonly #server: Server;
  readonly #all = new Set<Socket>();
  readonly #webSockets = new Set<Socket>();
  #isOpen = true;

  private constructor(target: () => string | undefined) {
    this.#server = createServer((client) => {
      this.#all.add(client);
      client.on('error', () => client.destroy());
      client.on('close', () => {
        this.#all.delete(client);
        this.#webSockets.delete(client);
      });
      client.once('data', (first: Buffer) => this.#enter(client, first, target()));
    });
  }

  static async to(target: () => string | undefined): Promise<NoUpgrades> {
    const door = new NoUpgrades(target);
    await new Promise<void>((resolve) => door.#server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** No WebSocket any more, also none of those there are. */
  shut(): void {
    this.#isOpen = false;
    for (const socket of this.#webSockets) socket.resetAndDestroy();
  }

  open(): void {
    this.#isOpen = true;
  }

  close(): void {
    for (const socket of this.#all) socket.destroy();
    this.#server.close();
  }

  /** What a connection begins with says what it is for. */
  #enter(client: Socket, first: Buffer, url: string | undefined): void {
    const head = first.toString('latin1');
    const isUpgrade = /^upgrade: *websocket\r$/im.test(head);
    const [, path = ''] = head.split(' ', 2);
    this.requests.set(path, (this.requests.get(path) ?? 0) + 1);
    if (url === undefined) return void client.destroy();
    if (isUpgrade && !this.#isOpen) {
      this.refused += 1;
      return void client.end(refusal);
    }
    if (isUpgrade) this.#webSockets.add(client);
    const { hostname, port } = new URL(url);
    const service = connect(Number(port), hostname);
    service.on('error', () => client.destroy());
    service.on('close', () => client.destroy());
    client.on('close', () => service.destroy());
    service.write(first);
    client.pipe(service).pipe(client);
  }
}
