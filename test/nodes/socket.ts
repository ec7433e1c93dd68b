/**
 * A simulated connection between a client and the gateway logic of one node: bytes in order, each after a delay of its
 * own, a peer that may vanish. The server's side is the product's own Connection.
 */
import { noMeter } from '#contract/metrics';
import type { CloseCode } from '#contract/errors';
import type { Clock, Random } from '#contract/ports/system';
import { Connection } from '#gateway/connection/connection';
import type { SimulatedNode } from '#test/nodes/node';

export interface ClientEnd {
  onText(text: string): void;
  onClose(code: number): void;
}

/** Longest delay of one frame on the way, in virtual milliseconds. */
const longestDelayMs = 4;

export class SimulatedSocket {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #node: SimulatedNode;
  readonly #client: ClientEnd;
  readonly #server: Connection;
  #upAt = 0;
  #downAt = 0;
  #isOpen = true;

  constructor(name: string, node: SimulatedNode, client: ClientEnd, clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#node = node;
    this.#client = client;
    this.#server = new Connection({
      name,
      ip: name,
      meter: noMeter,
      socket: {
        send: (data) => this.#down(() => client.onText(typeof data === 'string' ? data : Buffer.from(data).toString())),
        ping: () => this.#down(() => this.#up(() => this.#server.heard())),
        close: (code) => this.#closedByServer(code),
        bufferedBytes: () => 0,
      },
      now: () => clock.now(),
      limits: node.limits,
      openSession: (outlet) => node.app.openSession(outlet),
      log: node.log,
    });
    node.sockets.add(this);
  }

  /** Client to server. */
  send(text: string): void {
    this.#up(() => this.#server.receive(Buffer.from(text), false));
  }

  /** The network between the two is gone: each side notices in its own time. */
  cut(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#node.sockets.delete(this);
    this.#clock.schedule(this.#random.int(50), () => this.#client.onClose(1006));
    this.#clock.schedule(this.#random.int(500), () => this.#node.whenRunning(() => this.#server.lost()));
  }

  /** The node is gone with everything it knew. */
  nodeCrashed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#clock.schedule(this.#random.int(30), () => this.#client.onClose(1006));
  }

  #closedByServer(code: CloseCode): void {
    this.#down(() => {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#node.sockets.delete(this);
      this.#client.onClose(code);
      this.#node.whenRunning(() => this.#server.lost());
    });
  }

  /** In order, after a delay; never once the connection has ended. */
  #up(deliver: () => void): void {
    this.#upAt = Math.max(this.#upAt, this.#clock.now() + this.#random.int(longestDelayMs));
    this.#clock.schedule(this.#upAt - this.#clock.now(), () => this.#node.whenRunning(() => this.#isOpen && deliver()));
  }

  #down(deliver: () => void): void {
    this.#downAt = Math.max(this.#downAt, this.#clock.now() + this.#random.int(longestDelayMs));
    this.#clock.schedule(this.#downAt - this.#clock.now(), () => this.#isOpen && deliver());
  }
}
