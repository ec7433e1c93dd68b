// Counts what a test run reports, honestly: a file that could not be loaded and an error outside of any test are
// failures too, and a run without a report has failed.

/** @typedef {{ status: string, fullName: string, failureMessages?: string[] }} Assertion */
/** @typedef {{ name: string, status: string, message?: string, assertionResults: Assertion[] }} TestFile */
/** @typedef {{ success: boolean, testResults: TestFile[] }} Report */
/** @typedef {{ passed: number, failed: number, skipped: number, notes: string[] }} Count */

/**
 * @param {Report | undefined} report vitest's JSON report
 * @param {number} status exit status of the run
 * @returns {Count}
 */
export function count(report, status) {
  if (!report) return { passed: 0, failed: 1, skipped: 0, notes: ['failed: the test run left no report'] };
  const all = report.testResults.flatMap((file) => file.assertionResults);
  const passed = all.filter((test) => test.status === 'passed').length;
  const failed = all.filter((test) => test.status === 'failed');
  const skipped = all.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const notes = [
    ...failed.map(({ fullName, failureMessages = [] }) => `failed: ${fullName}${firstOf(failureMessages[0] ?? '')}`),
    ...broken.map((file) => `failed: ${file.name} (outside of its tests)`),
    ...skipped.map((test) => `skipped: ${test.fullName}`),
  ];
  const counted = failed.length + broken.length;
  const unexplained = counted === 0 && (status !== 0 || !report.success || all.length === 0);
  if (unexplained) notes.push(`failed: the test run ended with status ${status} outside of any test`);
  return { passed, failed: counted + (unexplained ? 1 : 0), skipped: skipped.length, notes };
}

/**
 * What a failure begins with: the end of a long output is all that some see of it.
 * @param {string} message
 */
const firstOf = (message) =>
  message
    .split('\n')
    .slice(0, 12)
    .filter((line) => line.trim() !== '')
    .map((line) => `\n    ${line.slice(0, 1_000)}`)
    .join('');

/**
 * The very last line of `npm test`.
 * @param {{ passed: number, failed: number, skipped: number }} total
 */
export function lastLine({ passed, failed, skipped }) {
  const counted = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? counted : `${counted}, ${skipped} skipped`;
}

/**
 * Part by part: how much, how long.
 * @param {{ name: string, passed: number, failed: number, skipped: number, ms: number }[]} parts
 */
export function table(parts) {
  const rows = parts.map((part) => [
    part.name,
    String(part.passed),
    String(part.failed),
    String(part.skipped),
    `${(part.ms / 1000).toFixed(1)} s`,
  ]);
  const all = [['part', 'passed', 'failed', 'skipped', 'time'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (/** @type {string[]} */ row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return all.map(line).join('\n');
}
