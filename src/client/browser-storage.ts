/**
 * Outbox and cursors in IndexedDB, so that they outlive the page. Where there is none (a private window, a full disk, a
 * browser that does not answer) nothing outlives the page, and it chats all the same.
 */
import type { Millis } from '#contract/conversation';
import { MemoryStorage } from '#client/memory-storage';
import type { Change, ClientStorage, OutboxEntry, Saved } from '#client/ports';

/** As much of IndexedDB as is used here; the program as a whole is checked without the DOM. */
export interface Databases {
  open(name: string, version: number): OpenRequest;
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
  onclose: () => void;
  onversionchange: () => void;
  createObjectStore(name: string, options: { readonly keyPath: string }): void;
  transaction(names: readonly string[], mode: string, options?: { readonly durability: string }): DbTransaction;
  close(): void;
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

export interface DbStorageOptions {
  /** Undefined: the browser has none. */
  readonly databases: Databases | undefined;
  readonly name: string;
  /** Unix milliseconds. */
  readonly now: () => Millis;
  /** How long the database may take to open. */
  readonly openMs: number;
  readonly after: (ms: number, ring: () => void) => void;
}

const stores = ['outbox', 'cursors'] as const;

const savedIn = (outbox: readonly unknown[], cursors: readonly unknown[]): Saved => {
  const entries = [...(outbox as OutboxEntry[])].sort((one, other) => one.n - other.n);
  const rising = [...(cursors as SavedCursor[])].sort((one, other) => one.savedAt - other.savedAt);
  return { outbox: entries, cursors: new Map(rising.map(({ conv, seq }) => [conv, seq])) };
};

export class DbStorage implements ClientStorage {
  readonly #options: DbStorageOptions;
  #db: Db | undefined;
  readonly #instead = new MemoryStorage();

  constructor(options: DbStorageOptions) {
    this.#options = options;
  }

  load(done: (saved: Saved) => void): void {
    let isSettled = false;
    const settle = (db: Db | undefined): void => {
      // One that opens after we have given it up is not used: what was written meanwhile would not be in it.
      if (isSettled) return db?.close();
      isSettled = true;
      if (db === undefined) return this.#instead.load(done);
      this.#adopt(db);
      this.#read(db, done);
    };
    this.#options.after(this.#options.openMs, () => settle(undefined));
    this.#open(settle);
  }

  write(changes: readonly Change[], done: (isSaved: boolean) => void): void {
    if (this.#db === undefined) return this.#instead.write(changes, done);
    try {
      this.#put(this.#db, changes, done);
    } catch {
      // The browser has closed the database under us: site data were removed, perhaps.
      this.#db = undefined;
      done(false);
    }
  }

  /** What is written after this is not kept. */
  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #open(settle: (db: Db | undefined) => void): void {
    try {
      const opening = this.#options.databases?.open(this.#options.name, 1);
      if (opening === undefined) return settle(undefined);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('outbox', { keyPath: 'id' });
        opening.result.createObjectStore('cursors', { keyPath: 'conv' });
      };
      opening.onerror = () => settle(undefined);
      opening.onsuccess = () => settle(opening.result);
    } catch {
      settle(undefined);
    }
  }

  #adopt(db: Db): void {
    this.#db = db;
    const gone = (): void => {
      db.close();
      this.#db = undefined;
    };
    db.onclose = gone;
    db.onversionchange = gone;
  }

  #read(db: Db, done: (saved: Saved) => void): void {
    const transaction = db.transaction(stores, 'readonly');
    const outbox = transaction.objectStore('outbox').getAll();
    const cursors = transaction.objectStore('cursors').getAll();
    transaction.oncomplete = () => done(savedIn(outbox.result, cursors.result));
    transaction.onabort = () => {
      this.#db = undefined;
      this.#instead.load(done);
    };
  }

  #put(db: Db, changes: readonly Change[], done: (isSaved: boolean) => void): void {
    const transaction = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const [outbox, cursors] = [transaction.objectStore('outbox'), transaction.objectStore('cursors')];
    for (const change of changes) {
      if (change.do === 'put') outbox.put(change.entry);
      if (change.do === 'drop') outbox.delete(change.id);
      const savedAt = this.#options.now();
      if (change.do === 'cursor') cursors.put({ conv: change.conv, seq: change.seq, savedAt });
      if (change.do === 'forget') cursors.delete(change.conv);
    }
    transaction.oncomplete = () => done(true);
    transaction.onabort = () => done(false);
  }
}
