// The client in Node against sockets that misbehave: turned away at the upgrade, and never let go.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { connect } from '#client/node';
import type { Chat } from '#client/node';

const opened: { server: Server; sockets: Set<Socket>; chats: Chat[] }[] = [];

const serve = async (server: Server): Promise<{ url: string; sockets: Set<Socket>; chats: Chat[] }> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const chats: Chat[] = [];
  opened.push({ server, sockets, chats });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, chats };
};

afterEach(() => {
  for (const { server, sockets, chats } of opened.splice(0)) {
    for (const chat of chats) chat.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

const until = async (what: () => boolean, withinMs = 5_000): Promise<void> => {
  const end = Date.now() + withinMs;
  while (!what()) {
    if (Date.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

it('K9 a 503 at the upgrade is waited out as its Retry-After says', async () => {
  const server = createServer();
  const at: number[] = [];
  server.on('upgrade', (_, socket) => {
    at.push(Date.now());
    socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n');
  });
  const { url, chats } = await serve(server);
  const limits = { 'retryAfter.jitterMs': 200, 'reconnect.baseMs': 1 };
  chats.push(connect({ url, token: 'a token', device: 'phone', limits }));
  await until(() => at.length === 2);
  const waited = (at[1] ?? 0) - (at[0] ?? 0);
  expect(waited).toBeGreaterThanOrEqual(990);
  expect(waited).toBeLessThan(2_000);
});

it("a server that does not answer the close frame is left after 'close.withinMs'", async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'hogmanay.v1' });
  const { url, sockets: tcp, chats } = await serve(server);
  const chat = connect({ url, token: 'a token', device: 'phone', limits: { 'close.withinMs': 100 } });
  chats.push(chat);
  await until(() => sockets.clients.size === 1);
  for (const socket of sockets.clients) socket.pause();
  chat.stop();
  const started = Date.now();
  for (const socket of tcp) socket.resume();
  await until(() => tcp.size === 0);
  expect(Date.now() - started).toBeLessThan(2_000);
  sockets.close();
});
