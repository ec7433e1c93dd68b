/**
 * Answers over HTTP, as data: the same answer is written by `node:http`, or by hand where a client asked for an upgrade
 * that it does not get. Errors are the error object of docs/protocol.md; every 429 and 503 has Retry-After.
 */
import { errorTable, type ErrorCode } from '#contract/errors';
import type { ErrorFrame } from '#contract/frames';
import type { Limits } from '#contract/limits';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** Method and path, without the query. */
export type Route = (method: string, path: string) => Answer;

const answer = (status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...headers,
  },
  body,
});

export const okay = (): Answer => answer(200, 'text/plain', 'ok\n');

const json = (status: number, error: Omit<ErrorFrame, 't'>, headers: Readonly<Record<string, string>>): Answer =>
  answer(status, 'application/json', `${JSON.stringify(error)}\n`, headers);

export const refusal = (code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  json(errorTable[code].http ?? 500, { code, message, effect: 'none' }, { Connection: 'close', ...headers });

export const overloaded = (message: string, limits: Limits): Answer => {
  const retryAfterMs = limits['retry.afterMs'];
  const retryAfter = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  const error = { code: 'gateway.overloaded', message, effect: 'none', retryAfterMs } as const;
  return json(503, error, { Connection: 'close', 'Retry-After': retryAfter });
};

/** The probes that load balancers ask. `ready` is asked each time. */
export const createRoute =
  (probes: Readonly<Record<string, () => Answer>>): Route =>
  (method, path) => {
    const probe = Object.hasOwn(probes, path) ? probes[path] : undefined;
    if (probe === undefined) return refusal('gateway.not_found', 'no such route');
    if (method !== 'GET' && method !== 'HEAD') return refusal('gateway.method', 'GET only', { Allow: 'GET, HEAD' });
    return probe();
  };
