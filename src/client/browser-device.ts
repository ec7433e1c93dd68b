/**
 * A device for each tab. A device has one connection and one storage, so two tabs of a user are two devices; a tab that
 * comes back is the same one again. Each holds a lock of the browser while it lives, and what a tab left unsent when it
 * was closed is sent by the next one that finds its lock free: ids make sure that it is stored once.
 */
import type { User } from '#contract/conversation';

/** As much of the browser as is used here. */
export interface TabPlatform {
  /** The lock manager; absent where the page did not come over a safe way. */
  readonly locks: TabLocks | undefined;
  /** Shared by all tabs, and for this one alone. */
  readonly shared: TextStore | undefined;
  readonly own: TextStore | undefined;
  /** Eight characters or more of [a-z0-9], never the same twice. */
  readonly newName: () => string;
  /** Aborts after so long, in milliseconds. */
  readonly abortAfter: (ms: number) => AbortSignal;
}
export interface TabLocks {
  request(
    name: string,
    options: { readonly ifAvailable: true } | { readonly signal: AbortSignal },
    held: (lock: object | null) => Promise<void>,
  ): Promise<void>;
}
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export interface TabDevice {
  readonly device: string;
  /** Of outbox and cursors. */
  readonly database: string;
  /** Databases of tabs that are closed are handed to `take`; each is kept from others until that is done. */
  readonly inherit: (take: (database: string) => Promise<void>) => Promise<void>;
  /** Another tab may be this device from now on. */
  readonly release: () => void;
}

/** Answers how to let it go; undefined: somebody else has it. */
type Held = (() => void) | undefined;

const hold = (locks: TabLocks, name: string, waiting?: AbortSignal): Promise<Held> =>
  new Promise((resolve) => {
    const held = (lock: object | null): Promise<void> => {
      return new Promise((release) => {
        if (lock !== null) return resolve(release);
        resolve(undefined);
        release();
      });
    };
    const options = waiting === undefined ? ({ ifAvailable: true } as const) : { signal: waiting };
    locks.request(name, options, held).catch(() => resolve(undefined));
  });

/** What is kept under a key, or what is kept from now on. A store that refuses keeps nothing. */
const kept = (store: TextStore | undefined, key: string, otherwise: () => string): string => {
  try {
    const found = store?.getItem(key) ?? otherwise();
    store?.setItem(key, found);
    return found;
  } catch {
    return otherwise();
  }
};

const put = (store: TextStore | undefined, key: string, value: string): void => {
  try {
    store?.setItem(key, value);
  } catch {
    // Then a reload of this tab is another device: nothing is lost by that.
  }
};

export interface TabLimits {
  /** How many devices the tabs of a user share in one browser. */
  readonly 'tabs.devices': number;
  /** How long a tab that comes back waits for the lock that it had. */
  readonly 'tabs.sameMs': number;
}

/** The device of this tab. Does not fail: where there are no locks, or all are taken, it is a new one. */
export const claimDevice = async (user: User, limits: TabLimits, platform: TabPlatform): Promise<TabDevice> => {
  const { locks, shared, own, newName, abortAfter } = platform;
  const browser = kept(shared, 'hogmanay.browser', newName);
  // Name of the lock and of the database.
  const nameOf = (slot: string): string => `hogmanay ${user} ${slot}`;
  const slots = Array.from({ length: limits['tabs.devices'] }, (_, n) => String(n));
  const [slotKey, usedKey] = [`hogmanay.slot.${user}`, `hogmanay.slots.${user}`];
  const used = (): number => Number(kept(shared, usedKey, () => '0'));

  const inherit =
    (mine: string): TabDevice['inherit'] =>
    async (take) => {
      const others = slots.slice(0, used()).filter((slot) => slot !== mine);
      const adopt = async (slot: string): Promise<void> => {
        const release = locks && (await hold(locks, nameOf(slot)));
        if (release !== undefined) await take(nameOf(slot)).finally(release);
      };
      await Promise.all(others.map(adopt));
    };
  const asSlot = (slot: string, release: () => void): TabDevice => {
    put(own, slotKey, slot);
    if (slots.includes(slot)) put(shared, usedKey, String(Math.max(used(), Number(slot) + 1)));
    return { device: `web-${browser}-${slot}`, database: nameOf(slot), inherit: inherit(slot), release };
  };

  const before = kept(own, slotKey, () => '') || undefined;
  if (locks === undefined) return asSlot(before ?? newName(), () => undefined);
  if (before !== undefined) {
    const same = await hold(locks, nameOf(before), abortAfter(limits['tabs.sameMs']));
    if (same !== undefined) return asSlot(before, same);
  }
  for (const slot of slots) {
    const release = await hold(locks, nameOf(slot));
    if (release !== undefined) return asSlot(slot, release);
  }
  return asSlot(newName(), () => undefined);
};
