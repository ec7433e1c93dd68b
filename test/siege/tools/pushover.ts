/**
 * Servers that no attack should find in order: one lets everything pass and answers all of it, one hangs up on
 * everybody. Against them the attacks prove that they can tell.
 */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { frameBytes, takeFrames } from '#test/siege/tools/frame-bytes';

export interface FalseServer {
  readonly port: number;
  readonly stop: () => void;
}

const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const file = 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nroot:x:0:0:root:/:sh';

const parsed = (text: string): Record<string, unknown> => {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** Whatever was asked: yes. */
function answersTo(text: string): object[] {
  const { t, id } = parsed(text);
  const conv = 'open-to-all';
  if (t === 'hello') return [{ t: 'welcome', user: 'anybody', isOpen: true }, { t: 'ready' }];
  if (t === 'ping') return [{ t: 'pong' }];
  if (t === 'send') return [{ t: 'stored', id, conv, seq: 1 }];
  if (t === 'open') return [{ t: 'opened', id, conv }];
  return id === undefined ? [] : [{ t, id, conv, messages: [] }];
}

/** Says yes to everything, and never closes. */
function obey(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  let isUpgraded = false;
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    const end = rest.indexOf('\r\n\r\n');
    if (!isUpgraded && end < 0) return;
    if (!isUpgraded) {
      isUpgraded = rest.subarray(0, end).toString('latin1').includes('Upgrade: websocket');
      socket.write(isUpgraded ? switching : file);
      rest = rest.subarray(end + 4);
    }
    if (!isUpgraded) return;
    rest = takeFrames(rest, ({ payload }) => {
      for (const answer of answersTo(payload.toString('utf8')))
        socket.write(frameBytes(JSON.stringify(answer), { isMasked: false }));
    });
  });
}

async function falseServer(attend: (socket: Socket) => void): Promise<FalseServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    attend(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

export const pushover = (): Promise<FalseServer> => falseServer(obey);

export const porcupine = (): Promise<FalseServer> => falseServer((socket) => socket.destroy());
