/**
 * The chat page as it was built, read once at the start: what is served later is in memory, whatever becomes of the
 * folder meanwhile. Where nothing was built there is no page, and the server is none the worse.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { PageFile } from '#gateway/edge/pages';

/** dist/web/chat, seen from dist/src/node. */
const builtFolder = fileURLToPath(new URL('../../web/chat', import.meta.url));

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const pageFile = (folder: string, file: string, type: string): PageFile => {
  const body = readFileSync(file);
  const name = relative(folder, file).split(sep).join('/');
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  const path = name === 'index.html' ? '/' : `/${name}`;
  return { path, type, etag: `"${digest}"`, body, gzipped: gzipSync(body, { level: 9 }) };
};

/** Files of types that a page needs; what else lies there is not served. */
export const readPages = (folder = builtFolder): PageFile[] => {
  if (!existsSync(join(folder, 'index.html'))) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const type = types[extname(entry.name)];
    return entry.isFile() && type !== undefined ? [pageFile(folder, join(entry.parentPath, entry.name), type)] : [];
  });
};
