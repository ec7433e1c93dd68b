// The last line of `npm test` is honest: whatever went wrong is counted.
import { describe, expect, test } from 'vitest';
import { count, lastLine, table } from '#scripts/lib/summary';

const file = (status: string, ...tests: string[]) => ({
  name: 'x.test.ts',
  status,
  assertionResults: tests.map((result) => ({ status: result, fullName: `a ${result} test` })),
});
const report = (success: boolean, ...testResults: ReturnType<typeof file>[]) => ({ success, testResults });

describe('summary', () => {
  test('tests are counted by what became of them, and those left out are named', () => {
    const result = count(report(true, file('passed', 'passed', 'passed', 'skipped')), 0);
    expect(result).toEqual({ passed: 2, failed: 0, skipped: 1, notes: ['skipped: a skipped test'] });
    expect(lastLine(result)).toBe('2 passed, 0 failed, 1 skipped');
  });

  test('a failed test is counted once', () => {
    expect(count(report(false, file('failed', 'passed', 'failed')), 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('a failed test is named, with the beginning of what it says', () => {
    const failureMessages = [`expected this\nto be that\n\n${'and so on\n'.repeat(50)}`];
    const told = {
      ...file('failed'),
      assertionResults: [{ status: 'failed', fullName: 'a failed test', failureMessages }],
    };
    const [note] = count(report(false, told), 1).notes;
    expect(note).toMatch(/^failed: a failed test\n {4}expected this\n {4}to be that\n {4}and so on\n/);
    expect(note?.split('\n')).toHaveLength(12);
  });

  test('a file that could not be loaded has failed', () => {
    expect(count(report(false, file('passed', 'passed'), file('failed')), 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('an error outside of any test has failed', () => {
    expect(count(report(false, file('passed', 'passed')), 1)).toMatchObject({ passed: 1, failed: 1 });
    expect(count(report(true, file('passed', 'passed')), 137)).toMatchObject({ passed: 1, failed: 1 });
  });

  test('a run without tests or without a report has failed', () => {
    expect(count(report(true), 0)).toMatchObject({ passed: 0, failed: 1 });
    expect(count(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  test('the last line and the table', () => {
    expect(lastLine({ passed: 3, failed: 1, skipped: 0 })).toBe('3 passed, 1 failed');
    const part = { name: 'lint', passed: 1, failed: 0, skipped: 0, ms: 1234 };
    expect(table([part])).toBe('part  passed  failed  skipped   time\nlint       1       0        0  1.2 s');
  });
});
