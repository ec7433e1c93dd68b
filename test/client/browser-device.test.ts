// A device for each tab of a browser: tabs that come, go, come back and are copied, over locks as browsers have them.
import { beforeEach, describe, expect, it } from 'vitest';
import { claimDevice } from '#client/browser-device';
import type { TabDevice, TabLocks, TabPlatform, TextStore } from '#client/browser-device';
import { clientLimits } from '#client/limits';

const limits = clientLimits();

/** The lock manager of one browser: first come, first served. */
class FakeLocks implements TabLocks {
  readonly #queues = new Map<string, (() => void)[]>();

  request(...[name, options, held]: Parameters<TabLocks['request']>): Promise<void> {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    if ('ifAvailable' in options && queue.length > 0) return held(null);
    return new Promise((resolve, reject) => {
      const run = (): void => {
        void held({}).then(() => {
          queue.shift();
          resolve();
          queue[0]?.();
        });
      };
      queue.push(run);
      if (queue.length === 1) return run();
      if ('signal' in options)
        options.signal.addEventListener('abort', () => {
          queue.splice(queue.indexOf(run), 1);
          reject(new Error('AbortError'));
        });
    });
  }
}

const textStore = (): TextStore => {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
};

let browser: Pick<TabPlatform, 'locks' | 'shared' | 'newName'>;
let waits: AbortController[];

beforeEach(() => {
  let names = 0;
  waits = [];
  browser = { locks: new FakeLocks(), shared: textStore(), newName: () => `name${(names += 1)}` };
});

const tab = (own: TextStore = textStore(), user = 'alice', more: Partial<TabPlatform> = {}): Promise<TabDevice> =>
  claimDevice(user, limits, {
    ...browser,
    own,
    abortAfter: (ms) => {
      expect(ms).toBe(limits['tabs.sameMs']);
      const wait = new AbortController();
      waits.push(wait);
      return wait.signal;
    },
    ...more,
  });

const inherited = async (device: TabDevice): Promise<string[]> => {
  const found: string[] = [];
  await device.inherit(async (database) => void found.push(database));
  return found.sort();
};

describe('tabs of one browser', () => {
  it('are devices of their own, of each user; what a tab leaves the next one takes', async () => {
    const [one, two, bob] = [await tab(), await tab(), await tab(undefined, 'bob')];
    expect([one.device, two.device, bob.device]).toEqual(['web-name1-0', 'web-name1-1', 'web-name1-0']);
    expect(new Set([one, two, bob].map(({ database }) => database)).size).toBe(3);
    one.release();
    await new Promise(setImmediate);
    expect((await tab()).device).toBe(one.device);
  });

  it('are the same again after a reload, also while the old page is not quite gone', async () => {
    const own = textStore();
    await tab();
    const before = await tab(own);
    const again = tab(own);
    before.release();
    expect((await again).device).toBe(before.device);
  });

  it("that are copies of another wait 'tabs.sameMs' for it, and are another then", async () => {
    const own = textStore();
    const first = await tab(own);
    const copy = tab(own);
    await new Promise(setImmediate);
    waits[0]?.abort();
    expect((await copy).device).not.toBe(first.device);
  });

  it('that are open keep what they have not sent; that of closed ones is handed on, to one at a time', async () => {
    const [one, two, three] = [await tab(), await tab(), await tab()];
    expect(await inherited(one)).toEqual([]);
    two.release();
    await new Promise(setImmediate);
    let finish = (): void => undefined;
    const taking = one.inherit(() => new Promise((resolve) => (finish = resolve)));
    await new Promise(setImmediate);
    expect(await inherited(three)).toEqual([]);
    finish();
    await taking;
    expect(await inherited(three)).toEqual([two.database]);
  });

  it("beyond 'tabs.devices' are new devices", async () => {
    const names = new Set<string>();
    for (let n = 0; n < limits['tabs.devices'] + 2; n += 1) names.add((await tab()).device);
    expect(names.size).toBe(limits['tabs.devices'] + 2);
  });
});

describe('a browser that has less', () => {
  it('no locks: the tab is the same again after a reload, and inherits nothing', async () => {
    const own = textStore();
    const none = { locks: undefined };
    const one = await tab(own, 'alice', none);
    expect((await tab(own, 'alice', none)).device).toBe(one.device);
    expect((await tab(undefined, 'alice', none)).device).not.toBe(one.device);
    expect(await inherited(one)).toEqual([]);
  });

  it('no stores, or such as throw: each page is a device that the server takes', async () => {
    const refuse = (): never => {
      throw new Error('SecurityError');
    };
    const throwing: TextStore = { getItem: refuse, setItem: refuse };
    for (const shared of [undefined, throwing]) {
      const { device } = await tab(shared, 'alice', { shared });
      expect(device).toMatch(/^[A-Za-z0-9][\w.-]{0,63}$/);
    }
  });
});
