// `npm run screenshots`: a server of its own, a few people who chat, and pictures of their pages in docs/images.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from './lib/browser.mjs';
import { mainFile } from './lib/build.mjs';
import { root, run } from './lib/root.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Browser} Browser */

const folder = join(root, 'docs/images');
const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 780 };

/** @param {string} data */
async function startServer(data) {
  const ports = ['--port', '0', '--ops-port', '0', '--data', data];
  const server = spawn(process.execPath, [mainFile, 'serve', ...ports], { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    let said = '';
    server.stdout.on('data', (/** @type {Buffer} */ text) => {
      said += text.toString();
      const found = /^listening on (\S+)$/m.exec(said)?.[1];
      if (found) resolve(found);
    });
    server.once('exit', () => reject(new Error(`the server ended: ${said}`)));
  });
  return { server, url };
}

/** @param {string} user @param {string} data */
async function tokenOf(user, data) {
  const { output } = await run([process.execPath, mainFile, 'token', user, '--data', data], { quiet: true });
  return output.trim();
}

const scene = [
  ['hogmanay', 'bob', 'Are we meeting at the castle or at the bridge?'],
  ['hogmanay', 'carol', 'The bridge. Less wind, and you can see the fireworks over the water.'],
  ['hogmanay', 'alice', 'The bridge it is. I bring shortbread.'],
  ['hogmanay', 'bob', 'Here is the map: https://example.org/edinburgh/north-bridge'],
  ['bob', 'bob', 'Did you get the tickets?'],
  ['bob', 'alice', 'Two of them! Collected this morning.'],
  ['bob', 'bob', 'You are the best.\nI owe you a dram.'],
  ['bob', 'alice', 'A guid New Year when it comes'],
  ['carol', 'carol', 'Can you lend me your torch for tomorrow?'],
];

/** Writes the scene from the pages of everybody. @param {Map<string, Page>} pages */
async function play(pages) {
  const alice = /** @type {Page} */ (pages.get('alice'));
  await begin(alice, 'carol', '');
  await begin(alice, 'bob, carol', 'hogmanay');
  await begin(alice, 'bob', '');
  for (const [where = '', who = '', text = ''] of scene) {
    const page = /** @type {Page} */ (pages.get(who));
    const name = where === 'hogmanay' ? 'hogmanay' : who === 'alice' ? where : 'alice';
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await page.getByRole('textbox', { name: `Message to ${name}` }).fill(text);
    await page.keyboard.press('Enter');
    await page
      .getByRole('img', { name: /Sent|Delivered|Read/ })
      .last()
      .waitFor();
  }
}

/** @param {Page} page @param {string} people @param {string} title */
async function begin(page, people, title) {
  await page.getByRole('button', { name: 'New conversation' }).click();
  await page.getByLabel('With whom?').fill(people);
  await page.getByLabel('Name of the group').fill(title);
  await page.getByRole('button', { name: /^Begin (chat|group)$/ }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** @param {Page} page @param {string} name */
async function shoot(page, name) {
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`), scale: 'css' });
  process.stdout.write(`docs/images/${name}.png\n`);
}

/** @param {Browser} browser @param {string} url @param {string} data */
async function pictures(browser, url, data) {
  /** @type {Map<string, Page>} */
  const pages = new Map();
  for (const user of ['alice', 'bob', 'carol']) {
    const page = await (await browser.newContext({ viewport: wide, colorScheme: 'light' })).newPage();
    await page.goto(`${url}/#token=${await tokenOf(user, data)}`);
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor();
    pages.set(user, page);
  }
  await play(pages);
  const alice = /** @type {Page} */ (pages.get('alice'));
  // The others are told every three seconds at most.
  await alice.waitForTimeout(3_200);
  await pages
    .get('bob')
    ?.getByRole('textbox', { name: /^Message to/ })
    .pressSequentially('So');
  await shoot(alice, 'chat-1280');
  await alice.emulateMedia({ colorScheme: 'dark' });
  await shoot(alice, 'chat-1280-dark');
  await alice.getByRole('navigation').getByRole('link', { name: 'hogmanay' }).click();
  await alice.getByRole('button', { name: 'Members' }).click();
  await alice.emulateMedia({ colorScheme: 'light' });
  await shoot(alice, 'members-1280');
  await alice.keyboard.press('Escape');
  await alice.setViewportSize(narrow);
  await shoot(alice, 'chat-390');
  await alice.emulateMedia({ colorScheme: 'dark' });
  await shoot(alice, 'chat-390-dark');
  await alice.getByRole('link', { name: 'Back to the list' }).click();
  await shoot(alice, 'list-390-dark');
  await alice.emulateMedia({ colorScheme: 'light' });
  await shoot(alice, 'list-390');
  await alice.getByRole('button', { name: 'New conversation' }).click();
  await shoot(alice, 'new-390');
  await alice.keyboard.press('Escape');
  await alice.getByRole('button', { name: 'Sign out' }).click();
  await shoot(alice, 'sign-in-390');
  const bob = /** @type {Page} */ (pages.get('bob'));
  await bob.context().setOffline(true);
  await bob.getByRole('textbox', { name: /^Message to/ }).fill('See you at eleven?');
  await bob.keyboard.press('Enter');
  await bob.waitForTimeout(2_000);
  await shoot(bob, 'offline-1280');
}

const say = (/** @type {string} */ line) => void process.stdout.write(`${line}\n`);
const browser = await launchBrowser({ say, signal: undefined });
mkdirSync(folder, { recursive: true });
const data = mkdtempSync(join(tmpdir(), 'hogmanay-screenshots-'));
const { server, url } = await startServer(data);
try {
  await pictures(browser, url, data);
} finally {
  await browser.close();
  server.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
}
