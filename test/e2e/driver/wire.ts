/**
 * A wire: a port that stays the same and passes everything on to wherever a service is at that moment. It can be cut,
 * in the middle of whatever goes over it.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export class Wire {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #isCut = false;

  /** Whoever comes while `target` is undefined is hung up on. */
  private constructor(target: () => string | undefined) {
    this.#server = createServer((client) => {
      client.on('error', () => client.destroy());
      const url = this.#isCut ? undefined : target();
      if (url === undefined) client.destroy();
      else this.#pass(client, new URL(url));
    });
  }

  static async to(target: () => string | undefined): Promise<Wire> {
    const wire = new Wire(target);
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** No answer comes any more, not even of what is being done; nobody gets through until it is joined again. */
  cut(): void {
    this.#isCut = true;
    for (const client of this.#clients) client.resetAndDestroy();
  }

  join(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #pass(client: Socket, { hostname, port }: URL): void {
    const service = connect(Number(port), hostname);
    this.#clients.add(client);
    service.on('error', () => client.destroy());
    service.on('close', () => client.destroy());
    client.on('close', () => {
      this.#clients.delete(client);
      service.end();
    });
    client.pipe(service);
    service.pipe(client);
  }
}
