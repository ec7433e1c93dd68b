/**
 * From the bytes of a text frame to a frame, or to the error that answers it. An error echoes `id`, `conv` and `of`
 * whenever the frame was JSON that held them, even where they are what is wrong with it.
 */
import type { z } from 'zod';
import type { PollFrame } from '#contract/api';
import type { ErrorCode } from '#contract/errors';
import type { ClientFrame, ErrorFrame } from '#contract/frames';
import type { Limits } from '#contract/limits';
import { asAck, asSend, clientFrames, isClientFrameType, pollFrame } from '#protocol/client-frames';
import { rawMemberBytes } from '#protocol/raw-member';
import { isObject } from '#protocol/scalars';
import { isLongerThan } from '#protocol/utf8';

export type Decoded = { readonly frame: ClientFrame } | { readonly error: ErrorFrame };

/** What an error tells of the frame it is about. */
export type Echo = Pick<ErrorFrame, 'id' | 'conv' | 'of'>;

type SizeLimits = Pick<Limits, 'body.bytes' | 'meta.bytes' | 'title.bytes'>;
type Json = Readonly<Record<string, unknown>>;

/** A byte order mark stays: it is no JSON. Bytes that are not UTF-8 have closed the connection before (1007). */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export const echoOf = (frame: Json): Echo => ({
  ...(typeof frame['id'] === 'string' ? { id: frame['id'] } : {}),
  ...(typeof frame['conv'] === 'string' ? { conv: frame['conv'] } : {}),
  ...(typeof frame['t'] === 'string' ? { of: frame['t'] } : {}),
});

const refuse = (code: ErrorCode, message: string, frame: Json = {}): { readonly error: ErrorFrame } => ({
  error: { t: 'error', ...echoOf(frame), code, message, effect: 'none' },
});

const bad = (message: string, frame?: Json) => refuse('gateway.bad_frame', message, frame);

/** A number beyond what JSON writers can write again (1e999) would come back as null. */
const canComeBack = (value: unknown): boolean => {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(canComeBack);
};

const checkSizes = (frame: ClientFrame, text: string, limits: SizeLimits): Decoded => {
  if (frame.t === 'send') {
    if (isLongerThan(frame.body, limits['body.bytes'])) {
      return refuse('gateway.body_too_big', `body is longer than ${limits['body.bytes']} bytes`, { ...frame });
    }
    if (frame.meta !== undefined) {
      const limit = limits['meta.bytes'];
      if (isLongerThan(text, limit) && rawMemberBytes(text, 'meta') > limit) {
        return bad(`meta is longer than ${limit} bytes`, { ...frame });
      }
      if (!canComeBack(frame.meta)) return bad('meta holds a number that cannot be kept', { ...frame });
    }
  }
  if (frame.t === 'open' && frame.title !== undefined && isLongerThan(frame.title, limits['title.bytes'])) {
    return bad(`title is longer than ${limits['title.bytes']} bytes`, { ...frame });
  }
  return { frame };
};

const validate = (value: Json, t: ClientFrame['t']): Decoded => {
  const quick = t === 'send' ? asSend(value) : t === 'ack' ? asAck(value) : undefined;
  if (quick !== undefined) return { frame: quick };
  const result = clientFrames[t].safeParse(value);
  return result.success ? { frame: result.data } : badAt(t, result.error.issues[0], value);
};

/** What is wrong, and where. */
const badAt = (t: string, issue: z.core.$ZodIssue | undefined, value: Json) => {
  const where = issue?.path.join('.') ?? '';
  const what = issue?.message ?? 'not as the protocol says';
  return bad(where === '' ? `${t}: ${what}` : `${t}: ${where}: ${what}`, value);
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** One decoder a server: it knows the limits in force. */
export const createDecoder =
  (limits: SizeLimits) =>
  (data: string | Uint8Array): Decoded => {
    const text = typeof data === 'string' ? data : utf8.decode(data);
    const value = parse(text);
    if (!isObject(value)) return bad('not a JSON object');
    const { t } = value;
    if (typeof t !== 'string') return bad('t: must be a string', value);
    if (!isClientFrameType(t)) return refuse('gateway.unknown_type', 'a type that this server does not know', value);
    const decoded = validate(value, t);
    return 'frame' in decoded ? checkSizes(decoded.frame, text, limits) : decoded;
  };

const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
};

/** Frames as HTTP carries them: without `t`, as a body or as fields of a query. The same checks, the same answers. */
export const createHttpDecoder = (limits: SizeLimits) => ({
  /** The JSON of a body; `more` comes from elsewhere (the path) and wins, `missing` is for what it does not name. */
  body: (t: ClientFrame['t'], bytes: Uint8Array, more: Json = {}, missing: Json = {}): Decoded => {
    const text = textOf(bytes);
    const value = text === undefined ? undefined : parse(text);
    if (text === undefined || !isObject(value)) return bad('not a JSON object in UTF-8', { ...more, t });
    const decoded = validate({ ...missing, ...value, ...more, t }, t);
    return 'frame' in decoded ? checkSizes(decoded.frame, text, limits) : decoded;
  },
  fields: (t: ClientFrame['t'], fields: Json): Decoded => validate({ ...fields, t }, t),
  poll: (bytes: Uint8Array): { readonly frame: PollFrame } | { readonly error: ErrorFrame } => {
    const text = textOf(bytes);
    const value = text === undefined ? undefined : parse(text);
    if (!isObject(value)) return bad('not a JSON object in UTF-8', { t: 'poll' });
    const result = pollFrame.safeParse({ ...value, t: 'poll' });
    return result.success ? { frame: result.data } : badAt('poll', result.error.issues[0], { t: 'poll' });
  },
});
