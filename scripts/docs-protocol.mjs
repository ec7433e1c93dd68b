// `npm run docs:protocol` writes the table of rules and tests into docs/protocol.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, isStale } from './lib/build.mjs';
import { withTable } from './lib/protocol-rules.mjs';
import { root } from './lib/root.mjs';

if (isStale()) {
  const { status, output } = await build({ quiet: true });
  process.stderr.write(output);
  if (status !== 0) process.exit(1);
}

/** @type {unknown} */
const built = await import(pathToFileURL(join(root, 'dist/src/conformance/all.js')).href);
const { allChecks } = /** @type {{ allChecks: readonly import('./lib/protocol-rules.mjs').Check[] }} */ (built);
const file = join(root, 'docs/protocol.md');
writeFileSync(file, withTable(readFileSync(file, 'utf8'), allChecks));
