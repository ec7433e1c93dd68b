/**
 * The public listener: WebSockets at /ws, the HTTP API, the chat page, and the probes of load balancers. This folder
 * is the only place that knows `ws` and `node:http`; what happens on a connection is decided behind `accept`.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { closeCodes } from '#contract/errors';
import type { Limits } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import type { Log } from '#contract/ports/system';
import type { Socket } from '#gateway/connection/socket';
import { Headcount } from '#gateway/edge/addresses';
import { createRoute, okay, refusal, text, type Answer } from '#gateway/edge/answers';
import { createApi, type ApiOptions } from '#gateway/edge/api';
import { Corks } from '#gateway/edge/corks';
import {
  addressOf,
  closeHttp,
  countRequest,
  createHttp,
  killHttp,
  listen,
  metered,
  pathOf,
  writeAnswer,
  type Address,
} from '#gateway/edge/http';
import { createPages, type PageFile } from '#gateway/edge/pages';
import { protocolSchema } from '#protocol/json-schema';
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
  readonly api: Pick<ApiOptions, 'tokens' | 'now' | 'request' | 'poll'>;
  readonly meter: Meter;
  /** The chat page and what it loads; none where it was not built. */
  readonly pages: readonly PageFile[];
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

/** How long the schema may be kept by others: it changes with a release at most. */
const schemaMaxAgeSeconds = 300;

/** The types of ws lag behind its options. */
interface WebSocketOptions extends ServerOptions {
  readonly closeTimeout: number;
  readonly maxBufferedChunks: number;
  readonly maxPendingAutoPongs: number;
}

const webSocketOptions = (limits: Limits): WebSocketOptions => ({
  noServer: true,
  maxPayload: limits['frame.bytes'],
  maxFragments: limits['frame.fragments'],
  maxBufferedChunks: limits['frame.fragments'],
  maxPendingAutoPongs: limits['pings.pending'],
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
    '/protocol.json': () => schema,
  });
  const schema = text('application/schema+json', Buffer.from(`${JSON.stringify(protocolSchema())}\n`), {
    'Cache-Control': `public, max-age=${schemaMaxAgeSeconds}`,
  });
  const api = createApi({ limits, log, ...options.api });
  const pages = createPages(options.pages, limits);
  const headcount = new Headcount();
  const server = createHttp(
    limits,
    metered(options.meter, (request, respond) => {
      if (!api(request, respond)) respond(pages(request) ?? route(request.method ?? 'GET', pathOf(request)));
    }),
  );
  const attend = createAttendant(options, headcount);

  const refuse = (request: IncomingMessage): Answer | undefined => {
    const path = pathOf(request);
    if (path !== '/ws' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      return route(request.method ?? 'GET', path);
    }
    if (request.method !== 'GET') return refusal('gateway.method', 'GET only', limits, { Allow: 'GET' });
    if (!ready()) return notNow('not taking connections');
    if (sockets.clients.size >= limits['connections.node']) return notNow('too many connections');
    if (headcount.of(addressOf(request)) >= limits['connections.ip'])
      return notNow('too many connections from this address');
    return undefined;
  };

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => stream.destroy());
    const refused = refuse(request);
    if (refused !== undefined) {
      countRequest(options.meter, request, refused);
      writeAnswer(stream, refused);
    } else sockets.handleUpgrade(request, stream, head, (webSocket) => attend(webSocket, stream, request));
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
      for (const webSocket of sockets.clients) {
        if (webSocket.readyState === webSocket.OPEN) countClose(options.meter, closeCodes.maintenance);
        webSocket.close(closeCodes.maintenance, 'maintenance');
      }
      const lastOneLeft = new Promise((resolve) => sockets.close(resolve));
      await Promise.all([closeHttp(server, limits['close.withinMs']), lastOneLeft]);
    },
    kill: () => {
      for (const webSocket of sockets.clients) webSocket.terminate();
      killHttp(server);
    },
  };
};

/** What `ws` closes by itself, by the error it reports; other broken rules of RFC 6455 are 1002. */
const brokenRules: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: closeCodes.notUtf8,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: closeCodes.frameTooBig,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
};
const protocolError = 1002;

const countClose = (meter: Meter, code: number): void => meter.count('hogmanay_connections_closed_total', String(code));

/** Brings a WebSocket and its connection together. Errors of sockets end that socket and nothing else. */
const createAttendant = ({ accept, log, meter }: EdgeOptions, headcount: Headcount) => {
  const corks = new Corks();
  let accepted = 0;
  return (webSocket: WebSocket, stream: Duplex, request: IncomingMessage): void => {
    const ip = addressOf(request);
    headcount.come(ip);
    webSocket.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (code.startsWith('WS_ERR_')) countClose(meter, brokenRules[code] ?? protocolError);
    });
    webSocket.on('close', () => headcount.go(ip));
    if (webSocket.protocol !== subprotocol) {
      countClose(meter, closeCodes.noCommonProtocol);
      webSocket.close(closeCodes.noCommonProtocol, `no common protocol version: ${subprotocol}`);
      return;
    }
    accepted += 1;
    meter.count('hogmanay_connections_opened_total');
    const info = { name: `c${accepted}`, ip };
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
