/**
 * The chat page and its files, from memory: what is asked for is looked up by its whole path, so no path leads anywhere
 * else. The page may run what came with it and nothing more, and speaks to this server alone.
 */
import type { IncomingMessage } from 'node:http';
import type { Limits } from '#contract/limits';
import { refusal, type Answer } from '#gateway/edge/answers';
import { pathOf } from '#gateway/edge/http';

/** A file of a page, read before anybody asks. */
export interface PageFile {
  /** As asked for: `/` or `/assets/NAME`. */
  readonly path: string;
  /** The media type. */
  readonly type: string;
  /** Changes with the content. */
  readonly etag: string;
  readonly body: Uint8Array;
  /** The same, for who takes gzip. */
  readonly gzipped: Uint8Array;
}

/** Answers undefined when the path is none of these. */
export type Pages = (request: IncomingMessage) => Answer | undefined;

/** Only what was served with the page runs; `trusted types` ends whatever would turn text into markup. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const guards = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Files under /assets/ have a digest in their names: they never change. */
const cacheControl = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

const takesGzip = ({ headers }: IncomingMessage): boolean =>
  /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))|,|$)/i.test(String(headers['accept-encoding'] ?? ''));

const served = (request: IncomingMessage, { path, type, etag, body, gzipped }: PageFile): Answer => {
  const headers = { ...guards, 'Cache-Control': cacheControl(path), ETag: etag, Vary: 'Accept-Encoding' };
  if (request.headers['if-none-match'] === etag) return { status: 304, headers, body: '' };
  const isSmaller = gzipped.byteLength < body.byteLength && takesGzip(request);
  const sent = isSmaller ? gzipped : body;
  const encoding = isSmaller ? { 'Content-Encoding': 'gzip' } : {};
  return {
    status: 200,
    headers: { ...headers, ...encoding, 'Content-Type': type, 'Content-Length': sent.byteLength },
    body: sent,
  };
};

export const createPages = (files: readonly PageFile[], limits: Limits): Pages => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return (request) => {
    const file = byPath.get(pathOf(request));
    if (file === undefined) return undefined;
    if (request.method === 'GET' || request.method === 'HEAD') return served(request, file);
    return refusal('gateway.method', 'GET only', limits, { Allow: 'GET, HEAD' });
  };
};
