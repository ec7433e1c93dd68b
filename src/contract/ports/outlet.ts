/**
 * The way out to one client, handed to its session: frames in, bytes out. Nothing is answered; what cannot be sent any
 * more is dropped, for the session hears `lost` and the client resumes.
 */
import type { Device, Millis } from '#contract/conversation';
import type { CloseCode } from '#contract/errors';
import type { FrameOf, ServerFrame } from '#contract/frames';

/** One `message` for many connections: encoded by whoever sends it first, then shared. */
export interface SharedMessage {
  readonly frame: FrameOf<'message'>;
  /** The device whose send was answered `queued`: wherever it is connected by now, it is told `stored`. */
  readonly queuedBy?: Device;
  encoded?: Uint8Array;
}

export interface Outlet {
  /** Name of the connection; unique in its node. */
  readonly connection: string;
  /** Where the client is, for rates. */
  readonly ip: string;
  send(frame: ServerFrame): void;
  message(shared: SharedMessage): void;
  /** Asks the peer for a sign of life (WebSocket ping). */
  ping(): void;
  close(code: CloseCode, reason: string): void;
  /** Bytes accepted and not yet taken by the network. */
  bufferedBytes(): number;
  /** When the peer last gave a sign of life: a frame or a pong. */
  lastHeardAt(): Millis;
}
