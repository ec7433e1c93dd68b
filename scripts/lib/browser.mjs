// A browser for tests and pictures of the pages: Debian's Chromium, which speaks to nobody but the server under test.
import { chromium } from 'playwright-core';
import { pathOf } from '../services/commands.mjs';
import { demand } from '../services/install.mjs';

/** @typedef {import('../services/install.mjs').Talk} Talk */

// In a container, as root, and without any errand of its own.
const args = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];

/**
 * Starts it; installs it before where it is not there and we may. Fails with `Missing` where it cannot be had.
 * @param {Talk} [talk]
 */
export async function launchBrowser(talk = { say: () => undefined, signal: undefined }) {
  await demand('chromium', talk);
  return chromium.launch({ executablePath: pathOf('chromium') ?? 'chromium', args });
}
