/** HTTP servers with every patience bounded by a limit: how they are made, how they listen, how they end. */
import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Fault, FaultEffect } from '#contract/effects';
import type { ErrorCode } from '#contract/errors';
import type { Limits } from '#contract/limits';
import type { Answer, Route } from '#gateway/edge/answers';

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

export const createHttp = (limits: Limits, route: Route): Server =>
  createServer(
    {
      maxHeaderSize: limits['http.headerBytes'],
      headersTimeout: Math.min(limits['http.headersMs'], limits['http.requestMs']),
      requestTimeout: limits['http.requestMs'],
      connectionsCheckingInterval: Math.min(latenessCheckMs, limits['http.headersMs'], limits['http.requestMs']),
    },
    (request, response) => {
      const { status, headers, body } = route(request.method ?? 'GET', pathOf(request));
      response.writeHead(status, headers).end(body);
    },
  );

/** For a request that asked for an upgrade: no response object is at hand any more. */
export const writeAnswer = (stream: Duplex, { status, headers, body }: Answer): void => {
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.once('finish', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
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

/** Ends requests that are still coming in: they are answered in the turn in which they are whole. */
export const closeHttp = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const describe = ({ code, message }: NodeJS.ErrnoException, { host, port }: Address): ListenError => {
  if (code === 'EADDRINUSE') return new ListenError('cli.port_in_use', `port ${port} of ${host} is in use`);
  return new ListenError('cli.usage', `cannot listen on ${host} port ${port}: ${message}`);
};
