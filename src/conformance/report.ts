/** Verdicts as text for people, or as one JSON document for programs. */
import type { Check } from '#conformance/check';
import type { Verdict } from '#conformance/run';

const counted = (verdicts: readonly Verdict[]) => {
  const count = (outcome: Verdict['outcome']) => verdicts.filter((one) => one.outcome === outcome).length;
  return { passed: count('ok'), failed: count('FAIL'), skipped: count('skip') };
};

/** One line; of a failure also what was expected, what came, and the last that went over the wire. */
export const lineOf = ({ name, rule, outcome, ms, reason, expected, came, last = [] }: Verdict): string => {
  if (outcome === 'skip') return `skip ${name}: NOT CHECKED, ${reason ?? ''}\n`;
  const head = `${outcome.padEnd(4)} ${name} ${ms} ms\n`;
  if (outcome === 'ok') return head;
  const wire = last.map((line) => `       ${line}\n`).join('');
  return `${head}     rule: ${rule}\n     expected: ${expected ?? ''}\n     came: ${came ?? ''}\n     last:\n${wire}`;
};

export const lastLineOf = (verdicts: readonly Verdict[]): string => {
  const { passed, failed, skipped } = counted(verdicts);
  return `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
};

export const documentOf = (url: string, verdicts: readonly Verdict[]): string =>
  `${JSON.stringify({ url, ...counted(verdicts), checks: verdicts }, null, 2)}\n`;

/** `name  rule`, one a line; what a check needs stands behind it. */
export const listOf = (checks: readonly Check[]): string => {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const needs = (check: Check) => (check.needs.length === 0 ? '' : ` [${check.needs.join(', ')}]`);
  return checks.map((check) => `${check.name.padEnd(width)}  ${check.rule}${needs(check)}\n`).join('');
};
