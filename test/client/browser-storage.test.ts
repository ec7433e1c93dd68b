// The storage of a browser where things go wrong: databases that do not open, are closed under us, or refuse. That it
// keeps what it should is seen in a real browser (test/web/browser).
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '#runtime/virtual-clock';
import { DbStorage } from '#client/browser-storage';
import type { Databases } from '#client/browser-storage';
import { clientLimits } from '#client/limits';
import type { Change, Saved } from '#client/ports';

type OpenRequest = ReturnType<Databases['open']>;
type Db = OpenRequest['result'];

const { 'storage.openMs': openMs } = clientLimits();
const put: Change = { do: 'put', entry: { id: 'a', conv: 'c', body: 'x', n: 1 } };

/** A database that takes everything and is asked to close; `break` makes it throw, as a closed one does. */
class FakeDb {
  isClosed = false;
  isBroken = false;
  aborts = false;
  readonly puts: object[] = [];
  onclose = (): void => undefined;
  onversionchange = (): void => undefined;

  createObjectStore(): void {}

  close(): void {
    this.isClosed = true;
  }

  transaction(): ReturnType<Db['transaction']> {
    if (this.isBroken) throw new Error('InvalidStateError');
    const transaction = {
      oncomplete: () => undefined,
      onabort: () => undefined,
      objectStore: () => ({
        getAll: () => ({ result: [], onsuccess: () => undefined, onerror: () => undefined }),
        put: (value: object) => void this.puts.push(value),
        delete: () => undefined,
      }),
    };
    queueMicrotask(() => (this.aborts ? transaction.onabort() : transaction.oncomplete()));
    return transaction;
  }
}

let clock: VirtualClock;
let db: FakeDb;
let requests: { onsuccess: () => void; onerror: () => void }[];

beforeEach(() => {
  clock = new VirtualClock();
  db = new FakeDb();
  requests = [];
});

const storageOf = (databases: Databases | undefined): DbStorage =>
  new DbStorage({
    databases,
    name: 'x',
    now: () => clock.now(),
    openMs,
    after: (ms, ring) => void clock.schedule(ms, ring),
  });

const opening = (): Databases => ({
  open: () => {
    const request = {
      result: db,
      onsuccess: () => undefined,
      onerror: () => undefined,
      onupgradeneeded: () => undefined,
    };
    requests.push(request);
    return request;
  },
});

const load = (storage: DbStorage): Promise<Saved> => new Promise((resolve) => storage.load(resolve));
const write = (storage: DbStorage): Promise<boolean> => new Promise((resolve) => storage.write([put], resolve));
const kept = async (storage: DbStorage): Promise<number> => (await load(storage)).outbox.length;

describe('a browser without a database', () => {
  it.each<[string, Databases | undefined]>([
    ['has none', undefined],
    [
      'refuses to open one',
      {
        open: () => {
          throw new Error('SecurityError');
        },
      },
    ],
  ])('that %s: what is saved lasts as long as the page', async (_what, databases) => {
    const storage = storageOf(databases);
    await load(storage);
    expect(await write(storage)).toBe(true);
    expect(await kept(storage)).toBe(1);
  });

  it('that fails to open it', async () => {
    const loaded = load(storageOf(opening()));
    requests[0]?.onerror();
    expect((await loaded).outbox).toEqual([]);
  });

  it("that does not open it within 'storage.openMs': one that opens later is closed", async () => {
    const storage = storageOf(opening());
    const loaded = load(storage);
    clock.advance(openMs - 1);
    expect(await Promise.race([loaded, Promise.resolve('nothing yet')])).toBe('nothing yet');
    clock.advance(1);
    expect((await loaded).outbox).toEqual([]);
    requests[0]?.onsuccess();
    expect(db.isClosed).toBe(true);
    await write(storage);
    expect(db.puts).toEqual([]);
  });

  it('whose database cannot be read', async () => {
    db.aborts = true;
    const loaded = load(storageOf(opening()));
    requests[0]?.onsuccess();
    expect((await loaded).outbox).toEqual([]);
  });
});

describe('a database that goes away', () => {
  const opened = async (): Promise<DbStorage> => {
    const storage = storageOf(opening());
    const loaded = load(storage);
    requests[0]?.onsuccess();
    await loaded;
    return storage;
  };

  it('takes what is written, and says so when it did not', async () => {
    const storage = await opened();
    expect(await write(storage)).toBe(true);
    db.aborts = true;
    expect(await write(storage)).toBe(false);
  });

  it('is told once as not saved; what comes after that is kept in memory', async () => {
    const storage = await opened();
    db.isBroken = true;
    expect(await write(storage)).toBe(false);
    expect(await write(storage)).toBe(true);
  });

  it.each(['onclose', 'onversionchange'] as const)('%s: it is let go, and nobody waits for it', async (event) => {
    const storage = await opened();
    db[event]();
    expect(db.isClosed).toBe(true);
    expect(await write(storage)).toBe(true);
    expect(db.puts).toEqual([]);
  });
});
