// `npm run bundle:client`: the browser's client as one file, dist/client/browser.js, and what it weighs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleClient } from './lib/bundle-client.mjs';
import { root } from './lib/root.mjs';

const file = join(root, 'dist/client/browser.js');
const { code, bytes, gzippedBytes } = await bundleClient();
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, code);
process.stdout.write(`${file}: ${bytes} bytes, ${gzippedBytes} gzipped\n`);
