/**
 * The way out of a session behind a long poll: what a connection would have been told is collected, up to what one
 * answer may hold. What does not fit any more is not lost: the cursors of the next poll ask for it.
 */
import type { PollEvent } from '#contract/api';
import type { Millis } from '#contract/conversation';
import type { CloseCode } from '#contract/errors';
import type { FrameOf, ServerFrame } from '#contract/frames';
import type { Limits } from '#contract/limits';
import type { Outlet, SharedMessage } from '#contract/ports/outlet';

export interface CollectingOptions {
  readonly connection: string;
  readonly ip: string;
  readonly limits: Limits;
  readonly now: () => Millis;
  readonly changed: () => void;
}

export class Collecting implements Outlet {
  readonly connection: string;
  readonly ip: string;
  readonly messages: FrameOf<'message'>[] = [];
  readonly resumed: FrameOf<'resumed'>[] = [];
  readonly events: PollEvent[] = [];
  isReady = false;
  /** Nothing more is taken. */
  isFull = false;
  /** The session ended it. */
  closed: { readonly code: CloseCode; readonly reason: string } | undefined;
  readonly #options: CollectingOptions;
  #bytes = 0;
  #endedAt: Millis | undefined;

  constructor(options: CollectingOptions) {
    this.#options = options;
    this.connection = options.connection;
    this.ip = options.ip;
  }

  /** Something that a client should know at once. */
  get hasNews(): boolean {
    const isNews = ({ t }: PollEvent): boolean => t === 'opened' || t === 'removed';
    return this.messages.length > 0 || this.resumed.some(({ recovered }) => !recovered) || this.events.some(isNews);
  }

  send(frame: ServerFrame): void {
    if (this.isFull) return;
    switch (frame.t) {
      case 'ready':
        this.isReady = true;
        break;
      case 'resumed':
        this.resumed.push(frame);
        break;
      case 'opened':
      case 'removed':
      case 'delivered':
      case 'read':
        this.events.push(frame);
        break;
      case 'stored':
        // In place of a message that was queued: whoever asks again is shown it as a message, before what follows it.
        this.isFull = true;
        break;
      default:
        return;
    }
    this.#grow(JSON.stringify(frame).length);
  }

  message({ frame }: SharedMessage): void {
    if (this.isFull) return;
    const { limits } = this.#options;
    const bytes = Buffer.byteLength(JSON.stringify(frame));
    if (this.messages.length > 0 && this.#bytes + bytes > limits['page.bytes']) this.isFull = true;
    else this.messages.push(frame);
    // The session waits for acknowledgements now, and they come with the next poll.
    if (this.messages.length >= limits['window.unacked']) this.isFull = true;
    this.#grow(bytes);
  }

  ping(): void {
    // Whoever waits for an answer is there.
  }

  close(code: CloseCode, reason: string): void {
    this.closed ??= { code, reason };
    this.#options.changed();
  }

  bufferedBytes(): number {
    return 0;
  }

  /** After its end nothing is heard any more: the heartbeat of a session that was not told so ends it. */
  lastHeardAt(): Millis {
    return this.#endedAt ?? this.#options.now();
  }

  /** The answer has gone: whatever comes now comes too late. */
  end(): void {
    this.isFull = true;
    this.#endedAt ??= this.#options.now();
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#options.limits['page.bytes']) this.isFull = true;
    this.#options.changed();
  }
}
