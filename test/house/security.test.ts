// docs/security.md names tests and limits: each of them is there, and each attack of the siege has its line.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limitTable } from '#contract/limits';
import { root } from '#test/house/sources';
import { campaigns } from '#test/siege/attacks/campaigns';

const page = readFileSync(join(root, 'docs/security.md'), 'utf8');

interface Citation {
  readonly file: string;
  /** What stands in the file; undefined when the file alone is named. */
  readonly title: string | undefined;
}

/** `test/x/y.ts: title`, up to the end of the cell or the bracket. */
const citations = (text: string): Citation[] =>
  [...text.matchAll(/\b(test\/[\w./-]+\.ts)(?:: ([^|)\n]+))?/g)].map(([, file = '', title]) => ({
    file,
    title: title?.trim(),
  }));

const broken = ({ file, title }: Citation): string[] => {
  if (!existsSync(join(root, file))) return [`${file}: there is no such test`];
  if (title === undefined || readFileSync(join(root, file), 'utf8').includes(`'${title}'`)) return [];
  return [`${file}: nothing is called ${title}`];
};

/** The cells of the table of what is guarded. */
const rows = (/^## Guarded$[^]*?(?=^## )/m.exec(page)?.[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

describe('docs/security.md', () => {
  test('every test that it names exists and has the title', () => {
    const cited = citations(page);
    expect(cited.length).toBeGreaterThan(30);
    expect(cited.flatMap(broken)).toEqual([]);
  });

  test('each line of what is guarded ends in a test with a title', () => {
    expect(rows.length).toBeGreaterThan(25);
    const without = rows.filter((cells) => citations(`${cells.at(-1)} |`)[0]?.title === undefined);
    expect(without).toEqual([]);
  });

  test('every limit that it names is one', () => {
    const names = rows.flatMap(([, , limits = '']) => [...limits.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
    expect(names.filter((name) => !(name in limitTable))).toEqual([]);
  });

  test('every attack of the siege has its line', () => {
    const titles = citations(page).map(({ title }) => title);
    const attacks = campaigns.flatMap((campaign) => campaign.attacks.map(({ name }) => name));
    expect(attacks.filter((name) => !titles.includes(name))).toEqual([]);
  });

  test('a citation that is wrong is found', () => {
    const found = citations('| test/house/none.ts: x |\n| test/house/security.test.ts: no such title here |').flatMap(
      broken,
    );
    expect(found).toEqual(['test/house/none.ts: there is no such test', expect.stringContaining('nothing is called')]);
  });
});
