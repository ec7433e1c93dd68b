// `npm run coverage:requirements` writes docs/requirements-status.md; with `--check` it only says whether
// that is current.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { currentStatus } from './lib/requirements.mjs';
import { root } from './lib/root.mjs';

const file = join(root, 'docs', 'requirements-status.md');
const page = currentStatus();

if (!process.argv.includes('--check')) {
  writeFileSync(file, page);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== page) {
  process.stderr.write('docs/requirements-status.md is stale: run `npm run coverage:requirements`\n');
  process.exitCode = 1;
}
