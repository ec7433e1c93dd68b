/**
 * One client's protocol edge: bytes in, frames to the session; frames from the session, bytes out. It answers what
 * needs no session (frames that are bad, too many, too much) and ends itself by close code. No sockets, no timers: it
 * runs in the simulation as it does behind a WebSocket. All state of the protocol after decoding is the session's.
 */
import type { Millis } from '#contract/conversation';
import { closeCodes, type CloseCode, type ErrorCode } from '#contract/errors';
import type { ClientFrame, ErrorFrame, ServerFrame } from '#contract/frames';
import type { FromConnection } from '#contract/inlet';
import type { Limits } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import type { Outlet, SharedMessage } from '#contract/ports/outlet';
import type { Log } from '#contract/ports/system';
import { BadFrames } from '#gateway/connection/bad-frames';
import { FrameRate } from '#gateway/connection/frame-rate';
import type { Socket } from '#gateway/connection/socket';
import { createDecoder, echoOf, type Echo } from '#protocol/decode';
import { encode, sharedBytes } from '#protocol/encode';
import { isLongerThan } from '#protocol/utf8';
import type { Ref } from '#runtime/types';

export interface ConnectionOptions {
  /** Unique in its node. */
  readonly name: string;
  readonly ip: string;
  readonly socket: Socket;
  readonly now: () => Millis;
  readonly limits: Limits;
  readonly openSession: (outlet: Outlet) => Ref<FromConnection>;
  readonly log: Log;
  readonly meter: Meter;
}

export class Connection implements Outlet {
  readonly connection: string;
  readonly ip: string;
  private readonly rate: FrameRate;
  private readonly badFrames: BadFrames;
  private readonly decode: ReturnType<typeof createDecoder>;
  private session: Ref<FromConnection> | undefined;
  private heardAt: Millis;
  private closed = false;
  private farewell: 'due' | 'refused' | 'told' = 'due';

  constructor(private readonly options: ConnectionOptions) {
    const { name, ip, limits, now, openSession } = options;
    this.connection = name;
    this.ip = ip;
    this.heardAt = now();
    this.rate = new FrameRate(limits['frames.perSecond'], this.heardAt);
    this.badFrames = new BadFrames(limits['badFrames.perMinute']);
    this.decode = createDecoder(limits);
    this.guarded(() => {
      this.session = openSession(this);
    });
  }

  /** A WebSocket message, whole. */
  receive(data: string | Uint8Array, isBinary: boolean): void {
    if (!this.closed) this.guarded(() => this.take(data, isBinary));
  }

  /** A pong, or any other sign of life that is no message. */
  heard(): void {
    this.heardAt = this.options.now();
  }

  /** The socket is gone, whoever closed it. */
  lost(): void {
    this.closed = true;
    if (this.farewell === 'due') this.sayFarewell();
  }

  send(frame: ServerFrame): void {
    if (!this.isOpen()) return;
    this.options.meter.count('hogmanay_frames_sent_total', frame.t);
    if (frame.t === 'error') this.options.meter.count('hogmanay_errors_total', frame.code);
    this.guarded(() => this.write(encode(frame)));
  }

  message(shared: SharedMessage): void {
    if (!this.isOpen()) return;
    this.options.meter.count('hogmanay_frames_sent_total', 'message');
    this.guarded(() => this.write(sharedBytes(shared)));
  }

  ping(): void {
    if (this.isOpen()) this.guarded(() => this.options.socket.ping());
  }

  close(code: CloseCode, reason: string): void {
    if (!this.isOpen()) return;
    this.closed = true;
    this.options.meter.count('hogmanay_connections_closed_total', String(code));
    try {
      this.options.socket.close(code, reason);
    } catch (error) {
      this.options.log.error('a socket could not be closed', { connection: this.connection, error: String(error) });
    }
  }

  bufferedBytes(): number {
    return this.options.socket.bufferedBytes();
  }

  lastHeardAt(): Millis {
    this.isOpen();
    return this.heardAt;
  }

  /**
   * Also repeats a farewell that a full mailbox refused: a session must not outlive its socket for want of a place, and
   * it comes by here with every heartbeat.
   */
  private isOpen(): boolean {
    if (this.farewell === 'refused') this.sayFarewell();
    return !this.closed;
  }

  private sayFarewell(): void {
    const refused = this.session?.tell({ t: 'lost' });
    this.farewell = refused?.code === 'runtime.mailbox_full' ? 'refused' : 'told';
  }

  private take(data: string | Uint8Array, isBinary: boolean): void {
    const { limits, now } = this.options;
    this.heardAt = now();
    if (isBinary) return this.close(closeCodes.binaryFrame, 'text frames only');
    if (isTooLong(data, limits['frame.bytes'])) return this.close(closeCodes.frameTooBig, 'frame too big');
    const retryAfterMs = this.rate.take(this.heardAt);
    const decoded = this.decode(data);
    if (retryAfterMs > 0) {
      return this.refuseRate('frame' in decoded ? echoOf({ ...decoded.frame }) : echoes(decoded.error), retryAfterMs);
    }
    if ('frame' in decoded) return this.tell(decoded.frame);
    this.send(decoded.error);
    if (decoded.error.code === 'gateway.bad_frame' && this.badFrames.add(this.heardAt)) {
      this.close(closeCodes.badFrames, 'too many bad frames');
    }
  }

  private tell(frame: ClientFrame): void {
    this.options.meter.count('hogmanay_frames_received_total', frame.t);
    const refused = this.session?.tell({ t: 'frame', frame });
    if (refused === undefined) return;
    if (refused.code === 'runtime.mailbox_full') {
      const retryAfterMs = refused.retryAfterMs ?? this.options.limits['retry.afterMs'];
      this.refuse('gateway.overloaded', 'too much at once', echoOf({ ...frame }), retryAfterMs);
    } else {
      this.close(closeCodes.internal, 'the session is gone');
    }
  }

  private refuseRate(echo: Echo, retryAfterMs: number): void {
    this.refuse('gateway.rate_limited', 'too many frames a second', echo, retryAfterMs);
    if (this.rate.overForMs() >= this.options.limits['frames.overMs']) {
      this.close(closeCodes.overloaded, 'too many frames a second');
    }
  }

  private refuse(code: ErrorCode, message: string, echo: Echo, retryAfterMs: number): void {
    this.send({ t: 'error', ...echo, code, message, effect: 'none', retryAfterMs });
  }

  /** Asked before each write, so that what waits never exceeds the limit by more than one frame. */
  private write(data: string | Uint8Array): void {
    const { socket, limits } = this.options;
    if (socket.bufferedBytes() > limits['socket.bufferedBytes']) this.close(closeCodes.slowConsumer, 'slow consumer');
    else socket.send(data);
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.options.log.error('a connection failed', { connection: this.connection, error: String(error) });
      this.close(closeCodes.internal, 'internal error');
    }
  }
}

const echoes = ({ id, conv, of }: ErrorFrame): Echo => ({
  ...(id === undefined ? {} : { id }),
  ...(conv === undefined ? {} : { conv }),
  ...(of === undefined ? {} : { of }),
});

const isTooLong = (data: string | Uint8Array, bytes: number): boolean =>
  typeof data === 'string' ? isLongerThan(data, bytes) : data.byteLength > bytes;
