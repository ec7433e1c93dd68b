// What the tests of the page share: a browser, a server that may die behind an address that stays, guests; and that
// nobody's page has complained of anything, a breach of the Content-Security-Policy included.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launchBrowser } from '#scripts/lib/browser';
import { Missing } from '#scripts/services/install';
import { door } from '#test/e2e/driver/door';
import { Stage } from '#test/e2e/stage';
import { guestOf } from '#test/web/browser/guest';
import type { Guest, GuestOptions } from '#test/web/browser/guest';

export interface House {
  readonly stage: Stage;
  /** Where the page is, whatever becomes of the server behind it. */
  readonly url: string;
  /** Somebody with a browser of their own. */
  guest(options?: GuestOptions): Promise<Guest>;
  /** The same, signed in. */
  enter(user: string, options?: GuestOptions): Promise<Guest>;
  /** Another tab of the same browser. */
  tab(guest: Guest): Promise<Guest>;
  /** The server again, after its end. */
  restart(): Promise<void>;
}

/** Looked at again and again, on a machine that may be busy. */
export const until = <T>(what: () => Promise<T>) => expect.poll(what, { timeout: 15_000, interval: 30 });

const portOf = (stage: Stage): number => Number(new URL(stage.server.http ?? '').port);

/** To be called once, at the top of a file of tests. A browser for the file, everything else for each test. */
export const useHouse = (limits: Readonly<Record<string, number>> = {}): House => {
  let browser: Browser | undefined;
  let stage: Stage | undefined;
  let way: Awaited<ReturnType<typeof door>> | undefined;
  const guests: Guest[] = [];
  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('not open');
    return thing;
  };

  let missing = '';
  beforeAll(async () => {
    try {
      browser = await launchBrowser();
    } catch (error) {
      if (!(error instanceof Missing) || process.env['CI'] === 'true') throw error;
      missing = error.message;
    }
  }, 300_000);
  afterAll(() => browser?.close());
  beforeEach(async (context) => {
    if (missing !== '') return context.skip(missing);
    stage = await Stage.open({ limits });
    way = await door(portOf(stage));
  });
  afterEach(async () => {
    const complaints = guests.flatMap((guest) => guest.complaints);
    for (const context of new Set(guests.splice(0).map((guest) => guest.context))) await context.close();
    way?.close();
    await stage?.close();
    expect(complaints).toEqual([]);
  });

  const guest = async (options?: GuestOptions): Promise<Guest> => {
    const one = await guestOf(there(browser), options);
    guests.push(one);
    return one;
  };
  return {
    get stage() {
      return there(stage);
    },
    get url() {
      return there(way).url;
    },
    guest,
    enter: async (user, options) => {
      const one = await guest(options);
      await one.enter(there(way).url, user);
      return one;
    },
    tab: async ({ context }) => {
      const one = await guestOf(context);
      guests.push(one);
      return one;
    },
    restart: async () => {
      await there(stage).server.start();
      there(way).move(portOf(there(stage)));
    },
  };
};
