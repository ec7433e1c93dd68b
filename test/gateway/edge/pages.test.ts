// The chat page over HTTP: what is served, under which policy, and that no path leads to anything else.
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PageFile } from '#gateway/edge/pages';
import { startEdge, tcp } from '#test/gateway/edge/kit';

const file = (path: string, type: string, text: string): PageFile => {
  const body = Buffer.from(text);
  return { path, type, etag: `"${path.length}-${text.length}"`, body, gzipped: gzipSync(body) };
};

const script = 'console.log(1);'.repeat(100);
const pages = [
  file('/', 'text/html; charset=utf-8', '<!doctype html>'),
  file('/assets/page-1a2b.js', 'text/javascript; charset=utf-8', script),
];

const open = async (): Promise<{ readonly url: string; readonly port: number }> => {
  const { url, world } = await startEdge({}, undefined, { pages });
  return { url, port: world.port };
};

describe('pages', () => {
  test('the page is served under a policy that runs nothing but what came with it', async () => {
    const { url } = await open();
    const answer = await fetch(`${url}/?from=somewhere`);
    expect([answer.status, await answer.text()]).toEqual([200, '<!doctype html>']);
    const policy = answer.headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "trusted-types 'none'"])
      expect(policy.split('; ')).toContain(rule);
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  test('a file whose name has its digest is kept for ever; what has not changed is not sent again', async () => {
    const { url } = await open();
    const answer = await fetch(`${url}/assets/page-1a2b.js`);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    const etag = answer.headers.get('etag') ?? '';
    const again = await fetch(`${url}/assets/page-1a2b.js`, { headers: { 'If-None-Match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await fetch(`${url}/assets/page-1a2b.js`, { headers: { 'If-None-Match': '"other"' } });
    expect(other.status).toBe(200);
  });

  test.each<[string, boolean]>([
    ['gzip', true],
    ['br, gzip;q=0.5, *;q=0', true],
    ['gzip;q=0', false],
    ['gzip;q=0.0, br', false],
    ['x-gzip-like', false],
    ['', false],
  ])('Accept-Encoding %j: compressed is %s', async (accepted, isCompressed) => {
    const { port } = await open();
    const lines = ['GET /assets/page-1a2b.js HTTP/1.1', 'Host: x', `Accept-Encoding: ${accepted}`, 'Connection: close'];
    const answer = await tcp(port, `${lines.join('\r\n')}\r\n\r\n`).answer;
    expect(/^content-encoding: gzip\r$/im.test(answer)).toBe(isCompressed);
    expect(answer).toMatch(/^vary: accept-encoding\r$/im);
    if (!isCompressed) expect(answer.endsWith(script)).toBe(true);
  });

  test('what is compressed is the same, and a browser sees no difference', async () => {
    const { url } = await open();
    expect(await (await fetch(`${url}/assets/page-1a2b.js`)).text()).toBe(script);
    expect(gunzipSync(pages[1]?.gzipped ?? Buffer.of()).toString()).toBe(script);
  });

  test.each(['/index.html', '/assets', '/assets/', '/assets/../', '/assets/nothing.js', '/%2e%2e/package.json', '//'])(
    '%s is no file',
    async (path) => {
      const { port } = await open();
      const answer = await tcp(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`).answer;
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).toContain('gateway.not_found');
    },
  );

  test('HEAD is GET without a body; another method is 405', async () => {
    const { url } = await open();
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '15', '']);
    const post = await fetch(url, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
