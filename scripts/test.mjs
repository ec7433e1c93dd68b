// `npm test`: static checks, build and real services, tests; then a table of the parts and one last line. Arguments go
// to the test runner: `npm test -- test/runtime` runs the tests of one room (and all the checks).
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { startLive, wantsServices } from './lib/live.mjs';
import { checks, reportFile, runChecks } from './lib/parts.mjs';
import { root, run, tool } from './lib/root.mjs';
import { count, lastLine, table } from './lib/summary.mjs';
import { demand } from './services/install.mjs';

/** @typedef {import('./lib/summary.mjs').Report} Report */

/** @param {Record<string, string>} env where the services are */
async function runTests(env) {
  rmSync(reportFile, { force: true });
  const started = performance.now();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const config = ['--config', 'config/vitest.config.ts'];
  const { status } = await run(tool('vitest/vitest.mjs', 'run', ...config, ...reporters, ...args), { env });
  const report = existsSync(reportFile)
    ? /** @type {Report} */ (JSON.parse(readFileSync(reportFile, 'utf8')))
    : undefined;
  const { notes, ...counted } = count(report, status);
  return { notes, part: { name: 'tests', ...counted, ms: performance.now() - started } };
}

const args = process.argv.slice(2);
const started = performance.now();
const isWhole = wantsServices(args);
const starting = isWhole ? startLive(process.env) : undefined;
const talk = { say: (/** @type {string} */ line) => void process.stdout.write(`${line}\n`), signal: undefined };
// Had before any test wants it: two of them would not wait for each other. Where it cannot be had, they say so.
const browser = isWhole ? demand('chromium', talk).catch(() => undefined) : undefined;
const [parts, services] = await Promise.all([runChecks(checks, 2), starting, browser]);
const tests = await runTests(services?.env ?? {});
parts.push(...(services === undefined ? [] : [services.part]), tests.part);
const notes = [...(services?.notes ?? []), ...tests.notes];
await services?.stop(tests.part.failed > 0);

const total = { name: 'total', passed: 0, failed: 0, skipped: 0, ms: performance.now() - started };
for (const { passed, failed, skipped } of parts) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
process.stdout.write(`\n${notes.map((note) => `${note.replace(root, '')}\n`).join('')}`);
process.stdout.write(`\n${table([...parts, total])}\n\n${lastLine(total)}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;
