// A real edge on a free port, with a peer that writes down what it hears; each test stops what it started.
import { once } from 'node:events';
import { connect, type Socket as TcpSocket } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { failed, fault } from '#contract/effects';
import { withLimits, type LimitName } from '#contract/limits';
import { noMeter } from '#contract/metrics';
import type { OperationsOptions } from '#gateway/edge/operations';
import type { Socket } from '#gateway/connection/socket';
import { createEdge, type EdgeOptions, type Peer, type PeerInfo } from '#gateway/edge/edge';

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What an edge needs besides connections, where a test has no use for it: nobody is known, nothing is counted. */
export const silentDoors: Pick<EdgeOptions, 'api' | 'meter' | 'pages'> = {
  api: {
    tokens: { verify: () => (done) => done(failed(fault('gateway.unauthenticated', 'nobody is known'))) },
    now: () => 0,
    request: () => undefined,
    poll: () => () => undefined,
  },
  meter: noMeter,
  pages: [],
};

/** The same for the operations listener. */
export const silentOps: OperationsOptions = {
  host: '127.0.0.1',
  port: 0,
  limits: withLimits(),
  log: quiet,
  tokens: silentDoors.api.tokens,
  now: () => 0,
  ready: () => true,
  meter: noMeter,
  metrics: () => Promise.resolve({ type: 'text/plain', text: '' }),
  trace: (mid) => ({ node: 'n1', mid, cause: '', steps: [], left: 0 }),
  drain: () => undefined,
};

export interface Met {
  readonly socket: Socket;
  readonly info: PeerInfo;
  readonly heard: string[];
}

export const startEdge = async (
  changed: Partial<Record<LimitName, number>> = {},
  attend?: (met: Met) => Partial<Peer>,
  doors: Partial<typeof silentDoors> = {},
) => {
  const met: Met[] = [];
  const world = { ready: true, port: 0 };
  const edge = createEdge({
    host: '127.0.0.1',
    port: 0,
    limits: withLimits({ 'close.withinMs': 200, ...changed }),
    log: quiet,
    ready: () => world.ready,
    ...silentDoors,
    ...doors,
    accept: (socket, info) => {
      const one: Met = { socket, info, heard: [] };
      met.push(one);
      return {
        receive: (data, isBinary) => one.heard.push(isBinary ? 'binary' : Buffer.from(data).toString()),
        heard: () => one.heard.push('<alive>'),
        lost: () => one.heard.push('<lost>'),
        ...attend?.(one),
      };
    },
  });
  world.port = (await edge.listen()).port;
  onTestFinished(() => edge.kill());
  return { edge, met, world, url: `http://127.0.0.1:${world.port}` };
};

export const dial = async (port: number, protocols: string[] = ['hogmanay.v1'], path = '/ws'): Promise<WebSocket> => {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols);
  onTestFinished(() => client.terminate());
  await once(client, 'open');
  return client;
};

/** Code and reason by which the server closed it. */
export const closeOf = async (client: WebSocket): Promise<[number, string]> => {
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  return [code, reason.toString()];
};

/** A bare TCP connection; `answer` resolves with all that came until the server ended it. */
export const tcp = (port: number, text: string): { readonly socket: TcpSocket; readonly answer: Promise<string> } => {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(text);
  const answer = new Promise<string>((resolve) => socket.on('close', () => resolve(Buffer.concat(chunks).toString())));
  return { socket, answer };
};

const upgradeHeaders = {
  Host: 'x',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Protocol': 'hogmanay.v1',
};

/** The text of a request for an upgrade, some of whose headers may be other ones, or missing (empty). */
export const upgradeRequest = (
  requestLine = 'GET /ws HTTP/1.1',
  changed: Readonly<Record<string, string>> = {},
): string => {
  const headers = Object.entries({ ...upgradeHeaders, ...changed }).filter(([, value]) => value !== '');
  return `${requestLine}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
};
