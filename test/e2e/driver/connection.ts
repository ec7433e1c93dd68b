/**
 * One WebSocket to the server, without opinions: whatever is given goes out, whatever comes is recorded. Tests of bad
 * input use it bare; a client lives through many of them.
 */
import { WebSocket } from 'ws';
import type { ClientFrame, FrameNamed, ServerFrame } from '#test/e2e/driver/frames';
import type { Closed, ConnectionRecord, Log, Received } from '#test/e2e/driver/log';
import { within } from '#test/e2e/driver/wait';

export interface ConnectionOptions {
  /** Subprotocols offered; the right one when absent. */
  readonly protocols?: readonly string[];
  readonly onFrame?: (frame: ServerFrame) => void;
}

export class Connection {
  readonly record: ConnectionRecord = { cursors: null, traffic: [], closed: null };
  readonly opened: Promise<void>;
  readonly closed: Promise<Closed>;
  readonly #socket: WebSocket;
  readonly #log: Log;
  readonly #waiting = new Set<() => void>();

  constructor(url: string, log: Log, options: ConnectionOptions = {}) {
    this.#log = log;
    this.#socket = new WebSocket(url, [...(options.protocols ?? ['hogmanay.v1'])], { perMessageDeflate: false });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('error', reject);
    });
    this.opened.catch(() => undefined);
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', (code, reason) => {
        this.record.closed = { code, reason: reason.toString('utf8') };
        resolve(this.record.closed);
        this.#wake();
      });
    });
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary, options.onFrame));
  }

  #receive(data: Buffer, isBinary: boolean, onFrame: ConnectionOptions['onFrame']): void {
    if (isBinary) throw new Error('the server sent a binary frame');
    const frame = JSON.parse(data.toString('utf8')) as ServerFrame;
    this.record.traffic.push({ n: this.#log.tick(), dir: 'in', frame });
    onFrame?.(frame);
    this.#wake();
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Subprotocol that the server chose; empty when none. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  send(frame: ClientFrame): void {
    if (frame.t === 'hello') this.record.cursors = new Map(Object.entries(frame.cursors ?? {}));
    this.record.traffic.push({ n: this.#log.tick(), dir: 'out', frame });
    this.#socket.send(JSON.stringify(frame));
  }

  /** Bytes as they are: what no honest client would send. */
  raw(data: string | Buffer, binary = typeof data !== 'string'): void {
    this.#log.note(`raw, ${data.length} bytes: ${String(data).slice(0, 80)}`);
    this.#socket.send(data, { binary });
  }

  received<T extends ServerFrame['t']>(t: T): FrameNamed<T>[] {
    const isReceived = (traffic: ConnectionRecord['traffic'][number]): traffic is Received => traffic.dir === 'in';
    const frames = this.record.traffic.filter(isReceived).map(({ frame }) => frame);
    return frames.filter((frame): frame is FrameNamed<T> => frame.t === t);
  }

  /** The first frame of this name that `fits`, already received or still to come. */
  async expect<T extends ServerFrame['t']>(
    t: T,
    fits: (frame: FrameNamed<T>) => boolean = () => true,
    withinMs = 5_000,
  ): Promise<FrameNamed<T>> {
    const isNamed = (frame: ServerFrame): frame is FrameNamed<T> => frame.t === t;
    let seen = 0;
    let look: () => void = () => undefined;
    const found = new Promise<FrameNamed<T>>((resolve, reject) => {
      look = () => {
        for (; seen < this.record.traffic.length; seen += 1) {
          const one = this.record.traffic[seen];
          if (one?.dir === 'in' && isNamed(one.frame) && fits(one.frame)) return resolve(one.frame);
        }
        if (this.record.closed) reject(new Error(`closed with ${this.record.closed.code} before any ${t}`));
      };
      this.#waiting.add(look);
      look();
    });
    try {
      return await within(found, () => `a frame ${t}\n${this.#log.story(undefined, 40)}`, withinMs);
    } finally {
      this.#waiting.delete(look);
    }
  }

  /** How the server closed this connection. */
  end(withinMs = 5_000): Promise<Closed> {
    return within(this.closed, () => `the close of a connection\n${this.#log.story(undefined, 40)}`, withinMs);
  }

  /** Ends the connection without a word, as a lost network does. */
  cut(): void {
    this.#socket.terminate();
  }
}
