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
  /** Bytes where many get the same: a copy for each would fill the memory of a server whose answers are not read. */
  readonly body: string | Uint8Array;
}

/** Method and path, without the query. */
export type Route = (method: string, path: string) => Answer;

const answer = (
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...headers,
  },
  body,
});

/** A JSON object, with its status. */
export const json = (status: number, value: object, headers: Readonly<Record<string, string>> = {}): Answer =>
  answer(status, 'application/json', `${JSON.stringify(value)}\n`, headers);

/** Text for machines, of another type. */
export const text = (type: string, body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer =>
  answer(200, type, body, headers);

/** An error of the wire as HTTP has it. `retryAfterMs` is said in seconds as well. */
export const errorAnswer = (
  { t: _, ...error }: ErrorFrame,
  limits: Limits,
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  const status = errorTable[error.code].http ?? 500;
  const mayComeBack = status === 429 || status === 503;
  const retryAfterMs = error.retryAfterMs ?? limits['retry.afterMs'];
  if (!mayComeBack) return json(status, error, headers);
  const later = { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return json(status, { ...error, retryAfterMs }, { ...later, ...headers });
};

export const okay = (): Answer => answer(200, 'text/plain', 'ok\n');

/** The error object of a code, with its status. */
export const refusal = (
  code: ErrorCode,
  message: string,
  limits: Limits,
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  const effect = code === 'gateway.internal' ? 'unknown' : 'none';
  const error = { t: 'error', code, message, effect } as const;
  return errorAnswer(error, limits, { Connection: 'close', ...headers });
};

/** The probes that load balancers ask, by path. */
export const createRoute =
  (limits: Limits, probes: Readonly<Record<string, () => Answer>>): Route =>
  (method, path) => {
    const probe = Object.hasOwn(probes, path) ? probes[path] : undefined;
    if (probe === undefined) return refusal('gateway.not_found', 'no such route', limits);
    if (method !== 'GET' && method !== 'HEAD') {
      return refusal('gateway.method', 'GET only', limits, { Allow: 'GET, HEAD' });
    }
    return probe();
  };
