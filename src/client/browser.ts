/** `hogmanay/client` in a browser: its WebSocket, its IndexedDB, its fetch; nothing else comes along. */
import type { Random } from '#contract/ports/system';
import { Chat, clockOf, httpOf, socketUrl, tokenOf } from '#client/chat';
import type { ConnectOptions } from '#client/chat';
import { MemoryStorage } from '#client/memory-storage';
import type { Change, ClientPorts, ClientStorage, OutboxEntry } from '#client/ports';

export { ChatError } from '#client/chat';
export type { Chat, Sent } from '#client/chat';
export type { ClientEvents, ClientFault, MessageState } from '#client/events';

export interface BrowserOptions extends ConnectOptions {
  /** Name of the database; one for each user and device of this page. */
  readonly database?: string;
}

/** As much of the browser as is used here; the program as a whole is checked without the DOM. */
interface Platform {
  readonly WebSocket: new (url: string, protocol: string) => BrowserSocket;
  readonly indexedDB?: { open(name: string, version: number): OpenRequest };
  addEventListener?(name: 'online' | 'offline', listener: () => void): void;
}
interface BrowserSocket {
  onopen: () => void;
  onmessage: (event: { readonly data: string }) => void;
  onclose: (event: { readonly code: number }) => void;
  send(text: string): void;
  close(): void;
}
interface DbRequest<T> {
  readonly result: T;
  onsuccess: () => void;
  onerror: () => void;
}
interface OpenRequest extends DbRequest<Db> {
  onupgradeneeded: () => void;
}
interface Db {
  createObjectStore(name: string, options: { readonly keyPath: string }): void;
  transaction(names: readonly string[], mode: string, options?: { readonly durability: string }): DbTransaction;
}
interface DbTransaction {
  oncomplete: () => void;
  onabort: () => void;
  objectStore(name: string): DbStore;
}
interface DbStore {
  getAll(): DbRequest<unknown[]>;
  put(value: object): void;
  delete(key: string): void;
}
interface SavedCursor {
  readonly conv: string;
  readonly seq: number;
  readonly savedAt: number;
}

const platform = globalThis as unknown as Platform;

/** Connects, and stays connected until `stop()`. */
export const connect = ({ url, token, database = 'hogmanay', ...options }: BrowserOptions): Chat => {
  const chat = new Chat({
    ...options,
    clock,
    random,
    token: tokenOf(token),
    storage: platform.indexedDB === undefined ? new MemoryStorage() : new DbStorage(database),
    newId: () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => hex(byte)).join(''),
    http: httpOf(fetch.bind(globalThis), (ms) => AbortSignal.timeout(ms), url),
    dial: (events) => dial(socketUrl(url), events),
  });
  platform.addEventListener?.('online', () => chat.setOnline(true));
  platform.addEventListener?.('offline', () => chat.setOnline(false));
  return chat;
};

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

class DbStorage implements ClientStorage {
  readonly #name: string;
  #db: Db | undefined;
  /** Where the database cannot be had (a private window): nothing outlives the page. */
  readonly #instead = new MemoryStorage();

  constructor(name: string) {
    this.#name = name;
  }

  load(done: Parameters<ClientStorage['load']>[0]): void {
    const opening = platform.indexedDB?.open(this.#name, 1);
    if (opening === undefined) return this.#instead.load(done);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('outbox', { keyPath: 'id' });
      opening.result.createObjectStore('cursors', { keyPath: 'conv' });
    };
    opening.onerror = () => this.#instead.load(done);
    opening.onsuccess = () => {
      this.#db = opening.result;
      const transaction = this.#db.transaction(['outbox', 'cursors'], 'readonly');
      const outbox = transaction.objectStore('outbox').getAll();
      const cursors = transaction.objectStore('cursors').getAll();
      transaction.oncomplete = () => {
        const entries = (outbox.result as OutboxEntry[]).sort((one, other) => one.n - other.n);
        const saved = (cursors.result as SavedCursor[]).sort((one, other) => one.savedAt - other.savedAt);
        done({ outbox: entries, cursors: new Map(saved.map(({ conv, seq }) => [conv, seq])) });
      };
    };
  }

  write(changes: readonly Change[], done: (isSaved: boolean) => void): void {
    if (this.#db === undefined) return this.#instead.write(changes, done);
    const transaction = this.#db.transaction(['outbox', 'cursors'], 'readwrite', { durability: 'strict' });
    const [outbox, cursors] = [transaction.objectStore('outbox'), transaction.objectStore('cursors')];
    for (const change of changes) {
      if (change.do === 'put') outbox.put(change.entry);
      if (change.do === 'drop') outbox.delete(change.id);
      if (change.do === 'cursor') cursors.put({ conv: change.conv, seq: change.seq, savedAt: Date.now() });
      if (change.do === 'forget') cursors.delete(change.conv);
    }
    transaction.oncomplete = () => done(true);
    transaction.onabort = () => done(false);
  }
}
