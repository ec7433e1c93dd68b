/**
 * The public listener: WebSockets at /ws and the probes of load balancers. With corks.ts, http.ts and web-socket.ts it
 * is the only place that knows `ws` and `node:http`; what happens on a connection is decided behind `accept`.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { closeCodes } from '#contract/errors';
import type { Limits } from '#contract/limits';
import type { Log } from '#contract/ports/system';
import type { Socket } from '#gateway/connection/socket';
import { createRoute, okay, refusal, type Answer } from '#gateway/edge/answers';
import { Corks } from '#gateway/edge/corks';
import { closeHttp, createHttp, listen, pathOf, writeAnswer, type Address } from '#gateway/edge/http';
import { EdgeSocket } from '#gateway/edge/web-socket';

/** What the edge tells a connection. */
export interface Peer {
  receive(data: Uint8Array, isBinary: boolean): void;
  /** A sign of life that is no message. */
  heard(): void;
  lost(): void;
}

export interface PeerInfo {
  /** Unique for this edge. */
  readonly name: string;
  readonly ip: string;
}

export interface EdgeOptions extends Address {
  readonly limits: Limits;
  readonly log: Log;
  readonly accept: (socket: Socket, info: PeerInfo) => Peer;
  /** Whether newcomers are taken: no, while warming up and while draining. */
  readonly ready: () => boolean;
}

export interface Edge {
  /** Answers the address with the port that is really used. */
  listen(): Promise<Address>;
  connections(): number;
  /** Listens no more, closes who is left with 4000, and waits (at most `close.withinMs`) for them to go. */
  close(): Promise<void>;
  /** Listens no more and cuts all sockets, as a crash would. */
  kill(): void;
}

const subprotocol = 'hogmanay.v1';

/** The types of ws lag behind its options. */
interface WebSocketOptions extends ServerOptions {
  readonly closeTimeout: number;
  readonly maxBufferedChunks: number;
}

const webSocketOptions = (limits: Limits): WebSocketOptions => ({
  noServer: true,
  maxPayload: limits['frame.bytes'],
  maxFragments: limits['frame.fragments'],
  maxBufferedChunks: limits['frame.fragments'],
  closeTimeout: limits['close.withinMs'],
  perMessageDeflate: false,
  // Browsers fail a handshake that selects none of their subprotocols: to be told 4104 they must be accepted first.
  handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : ([...offered][0] ?? false)),
});

export const createEdge = (options: EdgeOptions): Edge => {
  const { limits, log, ready } = options;
  const sockets = new WebSocketServer(webSocketOptions(limits));
  const notNow = (message: string) => refusal('gateway.overloaded', message, limits);
  const route = createRoute(limits, {
    '/healthz': okay,
    '/readyz': () => (ready() ? okay() : notNow('not taking connections')),
  });
  const server = createHttp(limits, route);
  const attend = createAttendant(options);

  const refuse = (request: IncomingMessage): Answer | undefined => {
    const path = pathOf(request);
    if (path !== '/ws' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      return route(request.method ?? 'GET', path);
    }
    if (request.method !== 'GET') return refusal('gateway.method', 'GET only', limits, { Allow: 'GET' });
    if (!ready()) return notNow('not taking connections');
    return sockets.clients.size < limits['connections.node'] ? undefined : notNow('too many connections');
  };

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const refused = refuse(request);
    if (refused !== undefined) writeAnswer(stream, refused);
    else sockets.handleUpgrade(request, stream, head, (webSocket) => attend(webSocket, stream, request));
  });
  sockets.on('wsClientError', (error: Error, stream: Duplex) => {
    const headers = { 'Sec-WebSocket-Version': '13' };
    writeAnswer(stream, refusal('gateway.bad_frame', `no WebSocket handshake: ${error.message}`, limits, headers));
  });

  return {
    listen: async () => {
      const address = await listen(server, options, limits['accept.backlog']);
      server.on('error', (error) => log.error('the listener failed', { error: error.message }));
      return address;
    },
    connections: () => sockets.clients.size,
    close: async () => {
      for (const webSocket of sockets.clients) webSocket.close(closeCodes.maintenance, 'maintenance');
      const lastOneLeft = new Promise((resolve) => sockets.close(resolve));
      await Promise.all([closeHttp(server), lastOneLeft]);
    },
    kill: () => {
      for (const webSocket of sockets.clients) webSocket.terminate();
      void closeHttp(server);
    },
  };
};

/** Brings a WebSocket and its connection together. Errors of sockets end that socket and nothing else. */
const createAttendant = ({ accept, log }: EdgeOptions) => {
  const corks = new Corks();
  let accepted = 0;
  return (webSocket: WebSocket, stream: Duplex, request: IncomingMessage): void => {
    webSocket.on('error', () => undefined);
    if (webSocket.protocol !== subprotocol) {
      webSocket.close(closeCodes.noCommonProtocol, `no common protocol version: ${subprotocol}`);
      return;
    }
    accepted += 1;
    const info = { name: `c${accepted}`, ip: request.socket.remoteAddress ?? '' };
    try {
      const peer = accept(new EdgeSocket(webSocket, stream, corks), info);
      // Without a list of fragments (binaryType is nodebuffer) data is one Buffer.
      webSocket.on('message', (data, isBinary) => peer.receive(data as Buffer, isBinary));
      webSocket.on('pong', () => peer.heard());
      webSocket.on('ping', () => peer.heard());
      webSocket.on('close', () => peer.lost());
    } catch (error) {
      log.error('a connection could not be accepted', { error: String(error) });
      webSocket.close(closeCodes.internal, 'internal error');
    }
  };
};
