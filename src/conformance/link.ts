/**
 * One WebSocket to the server, without opinions: whatever is given goes out, whatever comes is kept. A frame that is
 * not as section 3 of docs/protocol.md says fails the check.
 */
import { WebSocket } from 'ws';
import type { FrameOf, ServerFrame } from '#contract/frames';
import { serverFrames } from '#protocol/server-frames';
import { shown, Unmet } from '#conformance/unmet';

/** Any frame, also one that no honest client sends. */
export type Sent = Readonly<Record<string, unknown>> & { readonly t: string };

export interface LinkOptions {
  readonly url: string;
  /** Who is on it, for the story of a failure. */
  readonly name: string;
  /** Milliseconds that the check still has. */
  readonly remainingMs: () => number;
  readonly story: string[];
  /** Subprotocols offered; the right one when absent. */
  readonly protocols?: readonly string[];
  readonly offerCompression?: boolean;
  /** False: pings of the server stay unanswered. */
  readonly pong?: boolean;
}

/** No frame of the server is larger (section 1). */
const serverFrameBytes = 512 * 1_024;

const isKnown = (t: unknown): t is ServerFrame['t'] => typeof t === 'string' && Object.hasOwn(serverFrames, t);

export class Link {
  /** All that came and is known, in order. */
  readonly frames: ServerFrame[] = [];
  /** How often the server sent a WebSocket ping. */
  pings = 0;
  #wasOpen = false;
  #closedWith: number | undefined;
  #malformed: Unmet | undefined;
  readonly #socket: WebSocket;
  readonly #waiting = new Set<() => void>();

  constructor(protected readonly options: LinkOptions) {
    const { url, protocols = ['hogmanay.v1'], offerCompression = false, pong = true } = options;
    this.#socket = new WebSocket(url, [...protocols], { perMessageDeflate: offerCompression, autoPong: pong });
    this.#socket.on('error', (error) => this.tell('!!', error.message));
    this.#socket.on('open', () => {
      this.#wasOpen = true;
      this.#wake();
    });
    this.#socket.on('ping', () => {
      this.pings += 1;
      this.#wake();
    });
    this.#socket.on('close', (code) => {
      this.#closedWith = code;
      this.tell('<<', `closed with ${code}`);
      this.#wake();
    });
    this.#socket.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** The extensions that the server agreed to. */
  get extensions(): string {
    return this.#socket.extensions;
  }

  get closedWith(): number | undefined {
    return this.#closedWith;
  }

  send(frame: Sent): void {
    this.raw(JSON.stringify(frame));
  }

  /** Bytes as they are. */
  raw(data: string | Buffer, binary = false): void {
    this.tell('>>', data.toString('utf8'));
    this.#socket.send(data, { binary });
  }

  /** Looks after each arrival until there is something; fails when the connection closes or the time is over. */
  until<T>(look: () => T | undefined, expected: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(tryIt);
      };
      const tryIt = (): void => {
        try {
          const found = look();
          if (found === undefined) return this.#stillPossible(expected);
          done();
          resolve(found);
        } catch (error) {
          done();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const timer = setTimeout(() => {
        done();
        reject(new Unmet(`${expected} at ${this.options.name}`, 'nothing of the kind in time'));
      }, this.options.remainingMs());
      this.#waiting.add(tryIt);
      tryIt();
    });
  }

  #stillPossible(expected: string): void {
    this.judge();
    if (this.#closedWith === undefined) return;
    throw new Unmet(`${expected} at ${this.options.name}`, `a close with ${this.#closedWith}`);
  }

  opened(): Promise<true> {
    return this.until(() => (this.#wasOpen ? true : undefined), 'a connection at /ws');
  }

  /** The first frame of this type that fits, come already or still to come. */
  expect<T extends ServerFrame['t']>(t: T, fits: (frame: FrameOf<T>) => boolean = () => true): Promise<FrameOf<T>> {
    return this.until(() => this.all(t).find(fits), `a frame \`${t}\``);
  }

  all<T extends ServerFrame['t']>(t: T): FrameOf<T>[] {
    return this.frames.filter((frame): frame is FrameOf<T> => frame.t === t);
  }

  /** The server closes with this code. */
  async closes(code: number): Promise<void> {
    const came = await this.until(() => this.#closedWith, `a close with ${code}`);
    if (came !== code) throw new Unmet(`a close with ${code}`, `a close with ${came}`);
  }

  /** Throws what the server sent amiss meanwhile. */
  judge(): void {
    if (this.#malformed !== undefined) throw this.#malformed;
  }

  /** Ends without a word, as a lost network does. */
  cut(): void {
    this.#socket.terminate();
  }

  /** Closes properly, and waits until the server knows. */
  async leave(): Promise<void> {
    this.#socket.close(1000);
    await this.until(() => this.#closedWith, 'an answer to the close');
  }

  protected heard(_frame: ServerFrame): void {}

  protected tell(arrow: string, text: string): void {
    this.options.story.push(`${this.options.name} ${arrow} ${shown(text)}`);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.tell('<<', data.toString('utf8'));
    const frame = this.#read(data, isBinary);
    if (frame !== undefined) {
      this.frames.push(frame);
      this.heard(frame);
    }
    this.#wake();
  }

  #read(data: Buffer, isBinary: boolean): ServerFrame | undefined {
    const text = data.toString('utf8');
    if (isBinary) return this.#amiss('text frames', 'a binary one');
    if (data.length > serverFrameBytes) return this.#amiss('frames of at most 512 KiB', `${data.length} bytes`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#amiss('one JSON object a frame', text);
    }
    const t = (value as { readonly t?: unknown } | null)?.t;
    if (!isKnown(t)) return typeof t === 'string' ? undefined : this.#amiss('a frame with a type `t`', text);
    const result = serverFrames[t].safeParse(value);
    if (result.success) return value as ServerFrame;
    const [issue] = result.error.issues;
    return this.#amiss(`\`${t}\` as section 3 says`, `${issue?.path.join('.')} ${issue?.message} in ${text}`);
  }

  #amiss(expected: string, came: string): undefined {
    this.#malformed ??= new Unmet(expected, shown(came));
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
