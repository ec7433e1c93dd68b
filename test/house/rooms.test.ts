// The rules of the rooms catch what they should, and nothing else: a little house in a temporary folder breaks each.
// Whether the real house keeps them is a check of its own (`npm run lint:rooms`, part of `npm test`).
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import rooms from '../../config/rooms.config.js';
import { breaches, good, packages } from '#test/house/planted';
import { readJson, root } from '#test/house/sources';

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

let house = '';
let violations: readonly Violation[] = [];

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
};

function furnish(): void {
  const { imports } = readJson('package.json') as { imports: unknown };
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  const dependencies = versions(packages.dependencies);
  const devDependencies = versions(packages.devDependencies);
  put('package.json', JSON.stringify({ name: 'house', type: 'module', imports, dependencies, devDependencies }));
  for (const name of Object.values(packages).flat()) {
    put(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    put(`node_modules/${name}/index.js`, 'exports.x = 1;\n');
  }
  copyFileSync(join(root, 'tsconfig.json'), join(house, 'tsconfig.json'));
  for (const [path, text] of Object.entries(good)) put(path, text);
  for (const [path, [text]] of Object.entries(breaches)) put(path, text);
}

beforeAll(() => {
  house = realpathSync(mkdtempSync(join(tmpdir(), 'hogmanay-rooms-')));
  furnish();
  const script = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, 'config/rooms.config.js');
  const args = [script, '--config', config, '--output-type', 'json', 'src', 'machines', 'actors', 'test'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  violations = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
});

afterAll(() => rmSync(house, { recursive: true, force: true }));

const rulesBrokenBy = (path: string): string[] =>
  violations.filter(({ from }) => from === path).map(({ rule }) => rule.name);

describe('rooms', () => {
  test.each(Object.entries(breaches))('%s is caught', (path, [, rule]) => {
    expect(rulesBrokenBy(path)).toContain(rule);
  });

  test('no good file is accused', () => {
    expect(Object.keys(good).flatMap(rulesBrokenBy)).toEqual([]);
  });

  test('each rule is broken by a planted file, and its comment says what to do instead', () => {
    const planted = new Set(Object.values(breaches).map(([, rule]) => rule));
    const rules = rooms.forbidden ?? [];
    expect(rules.map(({ name }) => name).filter((name) => name === undefined || !planted.has(name))).toEqual([]);
    expect(rules.filter(({ comment }) => (comment ?? '').length < 30)).toEqual([]);
  });
});
