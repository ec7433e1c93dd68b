// `npm test`: static checks, build, tests; then a table of the parts and one last line. Arguments go to the test
// runner: `npm test -- test/runtime` runs the tests of one room (and all the checks).
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { checks, reportFile, runChecks } from './lib/parts.mjs';
import { root, run, tool } from './lib/root.mjs';
import { count, lastLine, table } from './lib/summary.mjs';

/** @typedef {import('./lib/summary.mjs').Report} Report */

async function runTests() {
  rmSync(reportFile, { force: true });
  const started = performance.now();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const config = ['--config', 'config/vitest.config.ts'];
  const { status } = await run(tool('vitest/vitest.mjs', 'run', ...config, ...reporters, ...process.argv.slice(2)));
  const report = existsSync(reportFile)
    ? /** @type {Report} */ (JSON.parse(readFileSync(reportFile, 'utf8')))
    : undefined;
  const { notes, ...counted } = count(report, status);
  return { notes, part: { name: 'tests', ...counted, ms: performance.now() - started } };
}

const started = performance.now();
const parts = await runChecks(checks, 2);
const { notes, part } = await runTests();
parts.push(part);

const total = { name: 'total', passed: 0, failed: 0, skipped: 0, ms: performance.now() - started };
for (const { passed, failed, skipped } of parts) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
process.stdout.write(`\n${notes.map((note) => `${note.replace(root, '')}\n`).join('')}`);
process.stdout.write(`\n${table([...parts, total])}\n\n${lastLine(total)}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
