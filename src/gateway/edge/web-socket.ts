/** The sockets of the edge: what a connection sees of a WebSocket of `ws`. Writes are corked until the turn is over. */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { CloseCode } from '#contract/errors';
import type { Socket } from '#gateway/connection/socket';
import type { Corkable, Corks } from '#gateway/edge/corks';

/** What fits a close frame (RFC 6455 section 5.5): 125 bytes, two of which are the code. */
const reasonBytes = 123;

const asText = { binary: false };

export class EdgeSocket implements Socket, Corkable {
  corked = false;

  constructor(
    private readonly webSocket: WebSocket,
    readonly stream: Duplex,
    private readonly corks: Corks,
  ) {}

  /** After the handshake of closing began, `ws` would count what it drops as buffered. */
  send(data: string | Uint8Array): void {
    if (this.webSocket.readyState !== this.webSocket.OPEN) return;
    this.corks.hold(this);
    this.webSocket.send(data, asText);
    this.corks.relieve(this);
  }

  ping(): void {
    if (this.webSocket.readyState === this.webSocket.OPEN) this.webSocket.ping();
  }

  close(code: CloseCode, reason: string): void {
    const fits = Buffer.byteLength(reason) <= reasonBytes;
    this.webSocket.close(code, fits ? reason : reason.slice(0, reasonBytes / 3));
  }

  bufferedBytes(): number {
    return this.webSocket.bufferedAmount;
  }
}
