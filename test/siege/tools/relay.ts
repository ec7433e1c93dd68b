/** Between the crowd and the server, to plant faults in the harness's own tests: slow, lossy, or gone. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { sleep } from '#test/e2e/driver/wait';
import { frameBytes, takeFrames } from '#test/siege/tools/frame-bytes';
import type { Address } from '#test/siege/tools/line';

export class Relay {
  /** How long the server's words are held back, in ms. */
  delayMs = 0;
  /** The next message to anybody is lost. */
  isLossy = false;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#join(socket));

  constructor(readonly to: Address) {}

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  #join(client: Socket): void {
    const server = connect(this.to);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
    client.on('data', (data) => server.write(data));
    let last = Promise.resolve();
    server.on('data', (data) => {
      const passed = this.isLossy ? this.#withoutOne(data) : data;
      const held = sleep(this.delayMs);
      // Nothing overtakes what was held back for longer.
      last = last.then(() => held).then(() => void client.write(passed));
    });
  }

  /** The same bytes without the first `message`, where they are whole frames. */
  #withoutOne(data: Buffer): Buffer {
    const kept: Buffer[] = [];
    let lost = 0;
    const rest = takeFrames(data, ({ opcode, payload }) => {
      if (lost === 0 && payload.includes('{"t":"message"')) lost += 1;
      else kept.push(frameBytes(payload, { opcode, isMasked: false }));
    });
    if (lost === 0 || rest.length > 0) return data;
    this.isLossy = false;
    return Buffer.concat(kept);
  }

  /** Cuts one connection. */
  cutOne(): void {
    const [socket] = this.#sockets;
    socket?.destroy();
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
