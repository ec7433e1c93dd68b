/**
 * The opening of a WebSocket by hand: client libraries give up where a server agrees to no subprotocol, and so never
 * learn how it closes.
 */
import { randomBytes } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import type { RequestOptions } from 'node:http';
import { request as safeRequest } from 'node:https';
import { Unmet } from '#conformance/unmet';

const closeOpcode = 0x88;

/** The code in the close frame, when that is the first that came; frames of a server are not masked. */
const closeCodeIn = (bytes: Buffer): number | undefined =>
  bytes.length >= 4 && bytes[0] === closeOpcode ? bytes.readUInt16BE(2) : undefined;

/** Offers these subprotocols, and answers the code with which the server closes at once. */
export const closeAfterHandshake = (url: string, protocols: readonly string[], withinMs: number): Promise<number> => {
  const expected = 'a connection at /ws that is accepted, then closed';
  const options: RequestOptions = {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...(protocols.length === 0 ? {} : { 'sec-websocket-protocol': protocols.join(', ') }),
    },
    signal: AbortSignal.timeout(withinMs),
  };
  return new Promise((resolve, reject) => {
    const target = url.replace(/^ws/, 'http');
    const asked = target.startsWith('https') ? safeRequest(target, options) : plainRequest(target, options);
    asked.on('error', (error) => reject(new Unmet(expected, error.message)));
    asked.on('response', ({ statusCode }) => {
      asked.destroy();
      reject(new Unmet(expected, `status ${statusCode}`));
    });
    asked.on('upgrade', (_response, socket, head) => {
      let bytes = head;
      const look = (): void => {
        const code = closeCodeIn(bytes);
        if (code === undefined) return;
        socket.destroy();
        resolve(code);
      };
      socket.on('data', (more: Buffer) => {
        bytes = Buffer.concat([bytes, more]);
        look();
      });
      socket.on('error', (error) => reject(new Unmet(expected, error.message)));
      socket.on('close', () => reject(new Unmet(expected, `an end after ${bytes.toString('hex')}`)));
      look();
    });
    asked.end();
  });
};
