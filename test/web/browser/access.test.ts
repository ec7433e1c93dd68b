// The page for everybody: judged by axe at both widths, light and dark, and used from the keyboard alone.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { tokenFor } from '#test/e2e/stage';
import { desktop, phone } from '#test/web/browser/guest';
import { until, useHouse } from '#test/web/browser/house';

const house = useHouse();

interface Judged {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** What axe finds fault with, by rule, with the elements. */
const faults = async (page: Page, state: string, rules = ''): Promise<string[]> => {
  // By the debugger, not as a script: the page would not run one.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<Judged>(`axe.run(${rules})`);
  return violations.map(({ id, nodes }) => `${state}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};

it('axe finds nothing, wide and narrow, light and dark, on any screen', async () => {
  const bob = await house.stage.present('bob');
  const alice = await house.guest();
  const { page } = alice;
  const found: string[] = [];
  const judge = async (state: string): Promise<void> => {
    for (const viewport of [desktop, phone]) {
      await page.setViewportSize(viewport);
      found.push(...(await faults(page, `${state} ${viewport.width}`)));
      await page.emulateMedia({ colorScheme: 'dark' });
      found.push(...(await faults(page, `${state} ${viewport.width} dark`, "{ runOnly: ['color-contrast'] }")));
      await page.emulateMedia({ colorScheme: 'light' });
    }
    await page.setViewportSize(desktop);
  };
  await page.goto(house.url);
  await page.getByLabel('Token').fill('no token');
  await page.keyboard.press('Enter');
  await judge('sign in');
  await alice.enter(house.url, 'alice');
  await judge('nothing yet');
  await alice.begin('bob, carol', 'first footing');
  const { conv } = await bob.open(['alice']);
  await bob.send(conv, 'Look: https://example.org/ and <b>that</b>');
  await alice.write('One tick');
  await until(() => alice.tick()).toBe('Sent');
  await page.getByRole('button', { name: 'Members' }).click();
  await judge('members');
  await page.keyboard.press('Escape');
  await judge('a group');
  await page.getByRole('button', { name: 'New conversation' }).click();
  await judge('new conversation');
  await page.keyboard.press('Escape');
  await alice.open('bob');
  await alice.write(`Read ${'more '.repeat(500)}`);
  await until(() => alice.tick()).toBe('Sent');
  await alice.context.setOffline(true);
  await alice.write('Waiting');
  await until(() => page.locator('.banner').textContent()).toContain('1 message is waiting');
  await judge('offline');
  expect(found).toEqual([]);
}, 60_000);

it('by keyboard alone: sign in, begin, write, send, leave, come back', async () => {
  const bob = await house.enter('bob');
  const { page } = await house.guest();
  const { keyboard } = page;
  await page.goto(house.url);
  await page.getByLabel('Token').waitFor();
  // The field has the focus already.
  await keyboard.insertText(await tokenFor('alice'));
  await keyboard.press('Enter');
  await page.getByRole('button', { name: 'Begin one' }).waitFor();
  const focused = (): Promise<string> =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
    );
  const tabTo = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 20 && !(await focused()).includes(name); presses += 1) await keyboard.press('Tab');
    expect(await focused()).toContain(name);
  };
  await tabTo('New conversation');
  await keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await keyboard.type('bob');
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'bob' }).waitFor();
  await until(focused).toBe('Message to bob');
  await keyboard.type('two');
  await keyboard.press('Shift+Enter');
  await keyboard.type('lines');
  await keyboard.press('Enter');
  await bob.open('alice');
  await bob.sees('two\nlines');
  await bob.write('seen');
  await keyboard.press('Escape');
  await page.getByText('Choose a conversation').waitFor();
  await tabTo('bob');
  await keyboard.press('Enter');
  await until(focused).toBe('Message to bob');
  await page.getByText('seen', { exact: true }).first().waitFor();
  // Messages can be scrolled without a mouse.
  await keyboard.press('Shift+Tab');
  await until(focused).toBe('Messages with bob');
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('scroller');
});

it('the page is served with a policy that lets nothing foreign run, and sent again only when it changed', async () => {
  const { page, complaints } = await house.guest();
  const answer = await page.goto(house.url);
  const headers = answer?.headers() ?? {};
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|data:/);
  expect(headers['cache-control']).toBe('no-cache');
  const html = (await answer?.text()) ?? '';
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|\bon\w+=/);
  const again = await fetch(house.url, { headers: { 'If-None-Match': headers['etag'] ?? '' } });
  expect(again.status).toBe(304);
  // What the policy forbids does not happen: the test would see a breach.
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    try {
      script.text = 'window.ran = true';
      document.body.append(script);
    } catch {
      return 'refused';
    }
    return 'ran' in window;
  });
  expect(ran).toBe('refused');
  expect(complaints.splice(0).join()).toContain('TrustedScript');
});
