/** A bare TCP connection to the server: bytes out as they are, bytes in as they come, and how it ended. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What is kept of the server's words, in bytes: answers are short, and an attacker is small. */
const kept = 4_000_000;

export class Line {
  readonly opened: Promise<void>;
  readonly ended: Promise<void>;
  /** All that came, unless somebody takes it. */
  heard = Buffer.alloc(0);
  isEnded = false;
  onData: ((data: Buffer) => void) | undefined;
  readonly #socket: Socket;

  constructor({ host, port }: Address) {
    this.#socket = connect({ host, port, noDelay: true });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve);
      this.#socket.once('error', reject);
    });
    this.opened.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.isEnded = true;
        resolve();
      });
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (data) => {
      if (this.onData) this.onData(data);
      else if (this.heard.length < kept) this.heard = Buffer.concat([this.heard, data]);
    });
  }

  get text(): string {
    return this.heard.toString('latin1');
  }

  /** Bytes that the network has not taken from us yet. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(data: string | Buffer): void {
    if (!this.isEnded && this.#socket.writable) this.#socket.write(data);
  }

  /** Reads no more; what the server says stays with the server. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  cut(): void {
    this.#socket.destroy();
  }
}
