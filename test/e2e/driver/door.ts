/** A way to a server that stays where it is while the server moves from port to port. */
import { connect as dial, createServer } from 'node:net';

/** A port that stays the same and passes everything on to wherever the server is now. */
export const door = async (first: number) => {
  let port = first;
  const server = createServer((client) => {
    const onward = dial(port, '127.0.0.1');
    client.pipe(onward).pipe(client);
    client.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => client.destroy()).on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as { port: number };
  return { url: `http://127.0.0.1:${address.port}`, move: (to: number) => (port = to), close: () => server.close() };
};
