// The chat page in a real browser: two people, a server that dies, a network that goes away, two tabs.
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Stage } from '#test/e2e/stage';
import { guestOf, launch } from '#test/web/browser/guest';
import type { Guest } from '#test/web/browser/guest';

let browser: Browser;
let stage: Stage;
const guests: Guest[] = [];

beforeAll(async () => {
  browser = await launch();
}, 300_000);
afterAll(() => browser.close());

beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(async () => {
  const complaints = guests.flatMap((guest) => guest.complaints);
  for (const { context } of guests.splice(0)) await context.close();
  await stage.close();
  expect(complaints).toEqual([]);
});

const enter = async (user: string): Promise<Guest> => {
  const guest = await guestOf(browser);
  guests.push(guest);
  await guest.enter(stage.server.http ?? '', user);
  return guest;
};

describe('two people', () => {
  it('chat: what one writes the other sees, with ticks and unread counts', async () => {
    const [alice, bob] = [await enter('alice'), await enter('bob')];
    await alice.begin('bob');
    await alice.write('A guid New Year!');
    await expect.poll(() => alice.tick()).toBe('Delivered');
    const item = bob.page.getByRole('navigation').getByRole('link', { name: /alice/ });
    await expect.poll(() => item.textContent()).toContain('A guid New Year!1 unread');
    await bob.open('alice');
    await expect.poll(() => bob.bodies()).toEqual(['A guid New Year!']);
    await expect.poll(() => alice.tick()).toBe('Read');
    await bob.write('And many of them');
    await expect.poll(() => alice.bodies()).toEqual(['A guid New Year!', 'And many of them']);
    await expect.poll(() => item.textContent()).not.toContain('unread');
    expect(alice.page.url()).not.toContain('token');
  });
});
