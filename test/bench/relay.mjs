// What the chat server is measured against: a relay of the same shape that stores nothing. Users 0 and 1, 2 and 3 and
// so on are pairs; each message is forwarded to the other one and answered with a small acknowledgement. Plain ws as
// anybody would write it: no compression, no corking.
import process from 'node:process';
import { WebSocketServer } from 'ws';

/** @type {Map<number, import('ws').WebSocket>} */
const users = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (socket, request) => {
  const user = Number(new URL(request.url ?? '', 'ws://relay').searchParams.get('user'));
  users.set(user, socket);
  socket.on('close', () => users.delete(user));
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    users.get(user ^ 1)?.send(data, { binary: false });
    socket.send('{"t":"ack"}');
  });
});

server.on('listening', () => {
  const address = server.address();
  if (typeof address === 'object') process.stdout.write(`listening on http://127.0.0.1:${address?.port}\n`);
});
