/**
 * A wire between the servers and a service, which can be cut. DynamoDB Local says that a transaction is written a
 * moment before it is: killed in that moment it forgets what it has acknowledged (in 6 of 52 tries, by SIGKILL and by
 * SIGTERM), as no DynamoDB would. So the wire is cut first, in the middle of whatever goes over it, and the kill comes
 * a moment later.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export class Wire {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #isCut = false;

  private constructor(target: URL) {
    this.#server = createServer((client) => {
      client.on('error', () => client.destroy());
      if (this.#isCut) {
        client.destroy();
        return;
      }
      const service = connect(Number(target.port), target.hostname);
      this.#clients.add(client);
      service.on('error', () => client.destroy());
      service.on('close', () => client.destroy());
      client.on('close', () => {
        this.#clients.delete(client);
        service.end();
      });
      client.pipe(service);
      service.pipe(client);
    });
  }

  static async to(url: string): Promise<Wire> {
    const wire = new Wire(new URL(url));
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
}
