// `conformance`: which server, whom to speak as, which checks; and what is said where that is not clear.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConformanceOptions } from '#cli/conformance-options';

let folder = '';
const env = { HOGMANAY_JWT_SECRET: 'the key' };

const read = (line: string, around: Record<string, string> = env) => {
  const options = readConformanceOptions(line.split(' ').filter(Boolean), around);
  if (options === 'help') throw new Error('help');
  return options;
};

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hogmanay-options-'));
  mkdirSync(join(folder, 'data'));
  file('data/signing-key', 'the key of the folder\n');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('conformance: options', () => {
  test('a URL and a key are enough', () => {
    expect(read('http://127.0.0.1:8080')).toEqual({
      url: 'http://127.0.0.1:8080',
      tokens: { key: 'the key' },
      only: [],
      timeoutMs: 5_000,
      slow: false,
      list: false,
      json: false,
    });
  });

  test.each([
    ['http://somewhere:1/', 'http://somewhere:1'],
    ['ws://somewhere:1', 'http://somewhere:1'],
    ['wss://somewhere/chat/', 'https://somewhere/chat'],
  ])('%s is %s', (given, url) => {
    expect(read(given).url).toBe(url);
  });

  test('each option', () => {
    const line = 'http://x:1 --only send,hello.ready --only open --timeout 100 --slow --json';
    const expected = { only: ['send', 'hello.ready', 'open'], timeoutMs: 100, slow: true, json: true };
    expect(read(line)).toMatchObject(expected);
    expect(read('--list', {})).toMatchObject({ list: true });
  });

  test('the key comes from the variable named, else from the data folder; tokens from a file', () => {
    expect(read('http://x:1 --secret-env OTHER', { ...env, OTHER: 'other key' }).tokens).toEqual({ key: 'other key' });
    expect(read(`http://x:1 --data ${folder}/data`, {}).tokens).toEqual({ key: 'the key of the folder' });
    const byUser = { ann: 'a', ben: 'b', cat: 'c', dan: 'd' };
    expect(read(`http://x:1 --tokens ${file('tokens.json', JSON.stringify(byUser))}`).tokens).toEqual({ byUser });
  });

  test.each([
    ['', 'usage: hogmanay conformance URL'],
    ['http://x:1 http://y:1', 'usage: hogmanay conformance URL'],
    ['nowhere', 'nowhere is no URL'],
    ['file:///etc', 'is no URL'],
    ['http://x:1 --timeout 0', '--timeout must be milliseconds'],
    ['http://x:1 --only', '--only needs a value'],
    ['http://x:1 --fast', 'unknown option --fast'],
    ['http://x:1 --secret-env MISSING', 'MISSING is not set'],
    ['http://x:1 --tokens missing.json', 'cannot read the tokens missing.json: ENOENT'],
  ])('%j is refused: %s', (line, told) => {
    expect(() => read(line)).toThrow(told);
  });

  test('nobody to speak as, too few, or in no form that we read', () => {
    expect(() => read('http://x:1', {})).toThrow('whom to speak as? HOGMANAY_JWT_SECRET');
    expect(() => read(`http://x:1 --data ${folder}/none`, {})).toThrow('cannot read the signing key');
    for (const text of ['{"ann": "a"}', 'no json', '[1, 2, 3, 4]', '{"a":1,"b":2,"c":3,"d":4}', 'null']) {
      expect(() => read(`http://x:1 --tokens ${file('bad.json', text)}`)).toThrow('of at least 4 users');
    }
  });
});
