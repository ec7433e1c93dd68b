/** `hogmanay/client` in Node: sockets by `ws`, the outbox in a file. */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WebSocket } from 'ws';
import type { Random } from '#contract/ports/system';
import { Chat, clockOf, httpOf, socketUrl, tokenOf } from '#client/chat';
import type { ConnectOptions } from '#client/chat';
import { FileStorage } from '#client/file-storage';
import type { StorageFile } from '#client/file-storage';
import { clientLimits } from '#client/limits';
import { MemoryStorage } from '#client/memory-storage';
import type { ClientPorts } from '#client/ports';

export { ChatError } from '#client/chat';
export type { Chat, ConnectOptions, Sent } from '#client/chat';
export type { ClientEvents, ClientFault, MessageState } from '#client/events';

export interface NodeOptions extends ConnectOptions {
  /** Where outbox and cursors are kept. Absent: in memory, and lost with the process. */
  readonly file?: string;
}

/** Connects, and stays connected until `stop()`. */
export const connect = ({ url, token, file, ...options }: NodeOptions): Chat => {
  const { 'storage.lines': lines, 'close.withinMs': closeWithinMs } = clientLimits(options.limits);
  return new Chat({
    ...options,
    clock,
    random,
    token: tokenOf(token),
    storage: file === undefined ? new MemoryStorage() : new FileStorage(onDisk(file), lines),
    newId: () => randomBytes(16).toString('hex'),
    http: httpOf(fetch, (ms) => AbortSignal.timeout(ms), url),
    dial: (events) => dial(socketUrl(url), closeWithinMs, events),
  });
};

const clock = clockOf({
  now: () => Date.now(),
  alarm: (delayMs, ring) => {
    const timeout = setTimeout(ring, delayMs);
    return () => clearTimeout(timeout);
  },
});

const random: Random = { next: () => Math.random(), int: (below) => Math.floor(Math.random() * below) };

/** Frames from the server: docs/protocol.md section 1. */
const maxPayload = 524_288;

const dial = (
  url: string,
  closeWithinMs: number,
  { opened, text, closed }: Parameters<ClientPorts['dial']>[0],
): ReturnType<ClientPorts['dial']> => {
  const socket = new WebSocket(url, 'hogmanay.v1', { perMessageDeflate: false, maxPayload });
  let retryAfterMs: number | undefined;
  socket.on('open', opened);
  socket.on('message', (data: Buffer) => text(data.toString('utf8')));
  // What went wrong is told by `close`, which follows.
  socket.on('error', () => undefined);
  socket.on('unexpected-response', (request, response) => {
    const seconds = Number(response.headers['retry-after'] ?? NaN);
    if (Number.isFinite(seconds)) retryAfterMs = seconds * 1_000;
    response.destroy();
    request.destroy();
    socket.terminate();
  });
  socket.on('close', (code) => closed(code, retryAfterMs));
  const close = (): void => {
    socket.close();
    setTimeout(() => socket.terminate(), closeWithinMs).unref();
  };
  return { send: (frame) => socket.send(frame, () => undefined), close };
};

const onDisk = (path: string): StorageFile => ({
  read: () =>
    readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }),
  append: (line) => writeSynced(path, 'a', line),
  setAside: (text) => writeSynced(`${path}.damaged`, 'a', text),
  replace: async (text) => {
    await writeSynced(`${path}.new`, 'w', text);
    await rename(`${path}.new`, path);
    await syncFolder(path);
  },
});

const writeSynced = async (path: string, flags: 'a' | 'w', text: string): Promise<void> => {
  const handle = await open(path, flags, 0o600);
  try {
    const isNew = (await handle.stat()).size === 0;
    await handle.writeFile(text);
    await handle.datasync();
    if (isNew) await syncFolder(path);
  } finally {
    await handle.close();
  }
};

/** A file that is new is there after a crash only when its folder was synced as well. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
