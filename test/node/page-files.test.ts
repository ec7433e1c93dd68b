// The page as it was built, read: its files by the paths they are asked for, and nothing beside them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPages } from '#node/page-files';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hogmanay-pages-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text: string): void => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
};

test('what a page needs is there by its path, with a type and a tag that changes with it', () => {
  put('index.html', '<!doctype html>');
  put('assets/a-1.js', 'one');
  put('assets/b-1.css', 'a {}');
  const pages = readPages(folder);
  expect(new Map(pages.map(({ path, type }) => [path, type]))).toEqual(
    new Map([
      ['/', 'text/html; charset=utf-8'],
      ['/assets/a-1.js', 'text/javascript; charset=utf-8'],
      ['/assets/b-1.css', 'text/css; charset=utf-8'],
    ]),
  );
  const script = pages.find(({ path }) => path === '/assets/a-1.js');
  expect(gunzipSync(script?.gzipped ?? Buffer.of()).toString()).toBe('one');
  put('assets/a-1.js', 'two');
  expect(readPages(folder).find(({ path }) => path === '/assets/a-1.js')?.etag).not.toBe(script?.etag);
});

test('what else lies there is not served, and where nothing was built there is no page', () => {
  expect(readPages(join(folder, 'nowhere'))).toEqual([]);
  put('assets/a-1.js', 'one');
  expect(readPages(folder)).toEqual([]);
  put('index.html', '<!doctype html>');
  put('assets/a-1.js.map', '{}');
  put('.env', 'SECRET=1');
  expect(
    readPages(folder)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(['/', '/assets/a-1.js']);
});
