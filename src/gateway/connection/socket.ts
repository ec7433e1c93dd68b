/** What a connection needs of a socket: a WebSocket of the edge, or a simulated one. Nothing here throws. */
import type { CloseCode } from '#contract/errors';

export interface Socket {
  /** One text frame; bytes are UTF-8 already. */
  send(data: string | Uint8Array): void;
  ping(): void;
  /** Begins the closing handshake; what was sent before still goes out. */
  close(code: CloseCode, reason: string): void;
  /** Bytes accepted and not yet taken by the network. */
  bufferedBytes(): number;
}
