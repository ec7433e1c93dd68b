// Somebody at the page: signs in, opens, writes, and looks at what stands there.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { tokenFor } from '#test/e2e/stage';

export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 780 };

/** A page, what it has complained of, and how to use it. */
export class Guest {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    this.context = page.context();
    page.on('console', (said) => {
      // A server that is down is told by the browser itself.
      const isExpected = /^WebSocket connection to \S+ failed: |ERR_(CONNECTION|INTERNET|NETWORK)_|^Failed to load/;
      if (['error', 'warning'].includes(said.type()) && !isExpected.test(said.text()))
        this.complaints.push(said.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  async enter(url: string, user: string): Promise<void> {
    await this.page.goto(`${url}/#token=${await tokenFor(user)}`);
    await this.page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  }

  async begin(people: string, title = ''): Promise<void> {
    await this.page.getByRole('button', { name: 'New conversation' }).click();
    await this.page.getByLabel('With whom?').fill(people);
    await this.page.getByLabel('Name of the group').fill(title);
    await this.page.getByRole('button', { name: /^Begin (chat|group)$/ }).click();
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
    await this.page.getByRole('textbox', { name: `Message to ${title || people}` }).waitFor();
  }

  async open(name: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name }).click();
    await this.page.getByRole('textbox', { name: `Message to ${name}` }).waitFor();
  }

  async write(text: string): Promise<void> {
    await this.page.getByRole('textbox', { name: /^Message to/ }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Waits until those are all that stand in the open conversation, in this order. */
  async sees(...bodies: string[]): Promise<void> {
    await expect.poll(() => this.bodies(), { timeout: 10_000 }).toEqual(bodies);
  }

  /** Bodies as they stand in the open conversation. */
  bodies(): Promise<string[]> {
    return this.page.locator('.line .body').allTextContents();
  }

  /** The tick of the last message of one's own. */
  async tick(): Promise<string> {
    return (await this.page.locator('.own .tick').last().getAttribute('aria-label')) ?? '';
  }
}

export interface GuestOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
}

/** Somebody with a browser of their own, or another tab of one that is there. */
export const guestOf = async (where: Browser | BrowserContext, options: GuestOptions = {}): Promise<Guest> => {
  const context =
    'newContext' in where ? await where.newContext({ viewport: desktop, reducedMotion: 'reduce', ...options }) : where;
  context.setDefaultTimeout(10_000);
  return new Guest(await context.newPage());
};
