// docs/dependencies.md gives the reason for each package we depend on, and for no other; versions are exact.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readJson, root } from '#test/house/sources';

type Versions = Record<string, string>;

const { dependencies, devDependencies } = readJson('package.json') as {
  dependencies: Versions;
  devDependencies: Versions;
};
const declared = { ...dependencies, ...devDependencies };
const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
const listed = [...page.matchAll(/^\| `([^`]+)` \| (.+) \| (.+) \|$/gm)].map((match) => match[1] ?? '');

describe('dependencies', () => {
  test('each package has its line in docs/dependencies.md: why it is here, what would replace it', () => {
    const unexplained = Object.keys(declared).filter((name) => !listed.includes(name));
    expect(unexplained.map((name) => `${name}: add its line to docs/dependencies.md`)).toEqual([]);
  });

  test('docs/dependencies.md names no package that is gone, and none twice', () => {
    const gone = listed.filter((name, index) => !(name in declared) || listed.indexOf(name) !== index);
    expect(gone.map((name) => `${name}: remove its line from docs/dependencies.md`)).toEqual([]);
  });

  test('each version is exact', () => {
    const loose = Object.entries(declared).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose.map(([name]) => `${name}: write the exact version`)).toEqual([]);
  });

  test('the lockfile names no registry host', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect([...lock.matchAll(/"resolved": "([^"]+)"/g)].map((match) => match[1])).toEqual([]);
  });
});
