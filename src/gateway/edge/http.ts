/** HTTP servers with every patience bounded by a limit: how they are made, how they listen, how they end. */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Fault, FaultEffect } from '#contract/effects';
import type { ErrorCode } from '#contract/errors';
import type { Limits } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import { hostOf } from '#gateway/edge/addresses';
import { refusal, type Answer } from '#gateway/edge/answers';
import { Pipelines } from '#gateway/edge/pipelines';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How often `node:http` looks for requests that are late. */
const latenessCheckMs = 1_000;

/** Why a listener could not start. */
class ListenError extends Error implements Fault {
  readonly effect: FaultEffect = 'none';

  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export const urlOf = ({ host, port }: Address): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

export const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';

export const addressOf = (request: IncomingMessage): string => hostOf(request.socket.remoteAddress ?? '');

/** Answers one request, once, now or later. */
export type Handler = (request: IncomingMessage, respond: (answer: Answer) => void) => void;

const publicRoutes = ['messages', 'conversations', 'inbox', 'poll', 'protocol.json', 'ws', 'assets'];
const knownRoutes = new Set([...publicRoutes, 'healthz', 'readyz', 'metrics', 'admin']);

/** Routes for counting: whatever is asked for, there are only so many of them. */
const routeOf = (request: IncomingMessage): string => {
  const path = pathOf(request);
  if (path === '/') return 'page';
  const [, first = '', , third] = path.split('/');
  if (!knownRoutes.has(first)) return 'other';
  return third === 'members' ? 'members' : first;
};

export const countRequest = (meter: Meter, request: IncomingMessage, { status }: Answer): void =>
  meter.count('hogmanay_http_requests_total', `${routeOf(request)} ${status}`);

/** Counts requests by route and status. */
export const metered =
  (meter: Meter, handler: Handler): Handler =>
  (request, respond) =>
    handler(request, (answer) => {
      countRequest(meter, request, answer);
      respond(answer);
    });

const pipelinesOf = new WeakMap<Server, Pipelines>();

export const createHttp = (limits: Limits, handler: Handler): Server => {
  const pipelines = new Pipelines(limits['http.pipelined']);
  const server = createServer(
    {
      maxHeaderSize: limits['http.headerBytes'],
      headersTimeout: Math.min(limits['http.headersMs'], limits['http.requestMs']),
      requestTimeout: limits['http.requestMs'],
      connectionsCheckingInterval: Math.min(latenessCheckMs, limits['http.headersMs'], limits['http.requestMs']),
    },
    (request, response) => {
      const respond = ({ status, headers, body }: Answer): void => {
        if (!response.destroyed && !response.headersSent) response.writeHead(status, headers).end(body);
      };
      const fate = pipelines.take(request.socket, response);
      if (fate === 'serve') handler(request, respond);
      if (fate === 'refuse') respond(refusal('gateway.overloaded', 'too many requests ahead of this one', limits));
    },
  );
  server.timeout = limits['http.stalledMs'];
  // WebSockets began as requests, and count here all their lives.
  server.maxConnections = limits['connections.node'] + limits['http.connections'];
  pipelinesOf.set(server, pipelines);
  return server;
};

/** For a request that asked for an upgrade: no response object is at hand any more. */
export const writeAnswer = (stream: Duplex, { status, headers, body }: Answer): void => {
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.once('finish', () => stream.destroy());
  stream.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`);
  stream.end(body);
};

export const listen = (server: Server, { host, port }: Address, backlog: number): Promise<Address> =>
  new Promise((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => reject(describe(error, { host, port }));
    server.once('error', refused);
    server.listen({ host, port, backlog }, () => {
      server.off('error', refused);
      resolve({ host, port: (server.address() as AddressInfo).port });
    });
  });

/** Takes nobody new, waits for the answers that are under way (each at most so long), then ends what is left. */
export const closeHttp = (server: Server, withinMs: number): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    const answers = (pipelinesOf.get(server)?.owed ?? []).map((response) => {
      response.setTimeout(withinMs, () => response.destroy());
      return new Promise((closed) => response.once('close', closed));
    });
    void Promise.all(answers).then(() => server.closeAllConnections());
  });

/** Cuts everything, at once. */
export const killHttp = (server: Server): void => {
  server.close();
  server.closeAllConnections();
};

const describe = ({ code, message }: NodeJS.ErrnoException, { host, port }: Address): ListenError => {
  if (code === 'EADDRINUSE') return new ListenError('cli.port_in_use', `port ${port} of ${host} is in use`);
  return new ListenError('cli.usage', `cannot listen on ${host} port ${port}: ${message}`);
};
