/** `hogmanay/client` in a browser: its WebSocket, its IndexedDB, its fetch; nothing else comes along. */
import type { Random } from '#contract/ports/system';
import { Chat, ChatError, clockOf, httpOf, socketUrl, tokenOf } from '#client/chat';
import type { ConnectOptions } from '#client/chat';
import { claimDevice } from '#client/browser-device';
import type { TabLocks, TextStore } from '#client/browser-device';
import { DbStorage } from '#client/browser-storage';
import type { Databases } from '#client/browser-storage';
import { clientLimits } from '#client/limits';
import type { ClientLimits } from '#client/limits';
import type { ClientPorts, Saved } from '#client/ports';

export { ChatError };
export type { Chat, Sent } from '#client/chat';
export type { ClientEvents, ClientFault, MessageState } from '#client/events';

export interface BrowserOptions extends ConnectOptions {
  /** Name of the database; one for each user and device of this page. */
  readonly database?: string;
}

export interface TabOptions extends Omit<ConnectOptions, 'device'> {
  readonly user: string;
}

/** As much of the browser as is used here; the program as a whole is checked without the DOM. */
interface Platform {
  readonly WebSocket: new (url: string, protocol: string) => BrowserSocket;
  readonly indexedDB?: Databases;
  readonly navigator: { readonly locks?: TabLocks };
  readonly localStorage: TextStore;
  readonly sessionStorage: TextStore;
  addEventListener?(name: 'online' | 'offline', listener: () => void): void;
  removeEventListener?(name: 'online' | 'offline', listener: () => void): void;
}
interface BrowserSocket {
  onopen: () => void;
  onmessage: (event: { readonly data: string }) => void;
  onclose: (event: { readonly code: number }) => void;
  send(text: string): void;
  close(): void;
}

const platform = globalThis as unknown as Platform;

/** Connects, and stays connected until `stop()`. */
export const connect = ({ url, token, database = 'hogmanay', ...options }: BrowserOptions): Chat => {
  const limits = clientLimits(options.limits, options.mobile);
  const chat = new Chat({
    ...options,
    clock,
    random,
    token: tokenOf(token),
    storage: storageNamed(database, limits),
    newId,
    http: httpOf(fetch.bind(globalThis), (ms) => AbortSignal.timeout(ms), url),
    dial: (events) => dial(socketUrl(url), events),
  });
  const heard = { online: () => chat.setOnline(true), offline: () => chat.setOnline(false) };
  for (const name of ['online', 'offline'] as const) platform.addEventListener?.(name, heard[name]);
  chat.on('connection', ({ state }) => {
    if (state !== 'closed') return;
    for (const name of ['online', 'offline'] as const) platform.removeEventListener?.(name, heard[name]);
  });
  return chat;
};

/**
 * For a page that may be open in several tabs of one browser: each is a device of its own, the same one again after a
 * reload, and sends what a tab that was closed had left. `user` is whose token it is.
 */
export const connectTab = async ({ user, ...options }: TabOptions): Promise<Chat> => {
  const limits = clientLimits(options.limits, options.mobile);
  const { device, database, inherit, release } = await claimDevice(user, limits, {
    locks: platform.navigator.locks,
    shared: storeOf(() => platform.localStorage),
    own: storeOf(() => platform.sessionStorage),
    newName: () => newId().slice(0, 12),
    abortAfter: (ms) => AbortSignal.timeout(ms),
  });
  const chat = connect({ ...options, device, database });
  chat.on('connection', ({ state }) => state === 'closed' && release());
  chat.on('ready', () => void inherit((left) => sendAgain(chat, storageNamed(left, limits))));
  return chat;
};

/** What is in that outbox goes out with ours, under the ids that it has, and leaves it once the server has answered. */
const sendAgain = async (chat: Chat, left: DbStorage): Promise<void> => {
  const { outbox } = await new Promise<Saved>((resolve) => left.load(resolve));
  const answered = outbox.map(async ({ id, conv, body, meta }) => {
    const fault = await chat.send(conv, body, meta, id).stored.then(
      () => undefined,
      (error: ChatError) => error.code,
    );
    // What failed here, and not at the server, is for another tab to try.
    if (fault?.startsWith('client.')) return;
    await new Promise((resolve) => left.write([{ do: 'drop', id }], resolve));
  });
  const closed = new Promise<void>((resolve) => chat.on('connection', ({ state }) => state === 'closed' && resolve()));
  await Promise.race([Promise.all(answered), closed]);
  left.close();
};

const storageNamed = (name: string, limits: ClientLimits): DbStorage =>
  new DbStorage({
    databases: platform.indexedDB,
    name,
    now: () => Date.now(),
    openMs: limits['storage.openMs'],
    after: (ms, ring) => void setTimeout(ring, ms),
  });

/** A browser that keeps nothing throws where its stores are named. */
const storeOf = (store: () => TextStore): TextStore | undefined => {
  try {
    return store();
  } catch {
    return undefined;
  }
};

const newId = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => hex(byte)).join('');

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

const clock = clockOf({
  now: () => Date.now(),
  alarm: (delayMs, ring) => {
    const timeout = setTimeout(ring, delayMs);
    return () => clearTimeout(timeout);
  },
});

const random: Random = { next: () => Math.random(), int: (below) => Math.floor(Math.random() * below) };

const dial = (url: string, events: Parameters<ClientPorts['dial']>[0]): ReturnType<ClientPorts['dial']> => {
  const socket = new platform.WebSocket(url, 'hogmanay.v1');
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.text(data);
  socket.onclose = ({ code }) => events.closed(code);
  return { send: (text) => socket.send(text), close: () => socket.close() };
};
