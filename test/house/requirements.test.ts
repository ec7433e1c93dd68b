// docs/requirements-status.md says which requirement is proven by which test, and says it of the tests as they are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { currentStatus, findProofs, parseRequirements, statusPage } from '#scripts/lib/requirements';
import { root } from '#test/house/sources';

const list = '# List\n\n## A. Inbox\n\n- **A1** one [x]\n- **A12** twelve (X1) [x]\n\n## J. Lab\n\n- **J0.1** zero\n';
const known = new Set(parseRequirements(list).map(({ id }) => id));

describe('requirements', () => {
  test('the list is read whole, and no ID is given twice', () => {
    const ids = parseRequirements(readFileSync(join(root, 'docs/requirements.md'), 'utf8')).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(470);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('IDs are found in titles of tests, of groups around them and of tables, several in one', () => {
    const text = `
      describe('A12: shards', () => {
        test('serves from a replica', () => {});
        test.each([['J0.1 first', 1], ['second', 2]])('%s', () => {});
      });
      it.skipIf(!redis)(\`A1 and A12, \${n} times\`, () => {});
      test('A13 is unknown, A1b is none', () => { note('A1'); });`;
    expect(findProofs('test/x.test.ts', text, known).map(({ title, ids }) => [title, ids])).toEqual([
      ['serves from a replica', ['A12']],
      ['%s, J0.1 first, second', ['A12', 'J0.1']],
      ['A1 and A12, … times', ['A1', 'A12']],
    ]);
  });

  test('a test that is switched off proves nothing', () => {
    const off = 'skip';
    const text = `test.${off}('A1 off', () => {}); describe.${off}('A12', () => { test('off', () => {}); });`;
    expect(findProofs('test/x.test.ts', text, known)).toEqual([]);
  });

  test('the page counts per group, cites the tests and lists what is open', () => {
    const page = statusPage(parseRequirements(list), [{ file: 'test/x.test.ts', title: 'a|b', ids: ['A12'] }]);
    expect(page).toContain('| A. Inbox | 2 | 1 |\n| J. Lab | 1 | 0 |\n| **all** | 3 | 1 |');
    expect(page).toContain('| A12 | test/x.test.ts: a\\|b |');
    expect(page).toContain('- A. Inbox: A1\n- J. Lab: J0.1\n');
  });

  test('docs/requirements-status.md is current', () => {
    const isCurrent = readFileSync(join(root, 'docs/requirements-status.md'), 'utf8') === currentStatus();
    expect(isCurrent, 'stale: run `npm run coverage:requirements`').toBe(true);
  });
});
