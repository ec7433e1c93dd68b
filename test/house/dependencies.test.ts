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
const lock = readJson('package-lock.json') as {
  packages: Record<string, { resolved?: string; optionalDependencies?: Versions }>;
};
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
    expect(Object.values(lock.packages).flatMap(({ resolved }) => resolved ?? [])).toEqual([]);
  });

  test('the lockfile knows the optional packages of every platform, so that `npm ci` works on each', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing.map((name) => `${name}: add it to package-lock.json, with its version, os and cpu`)).toEqual([]);
  });
});
