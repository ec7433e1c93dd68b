/**
 * The small words of the wire (docs/protocol.md section 1): names, ids, numbers, bodies. Each is a plain guard for the
 * hot path and a schema made of that guard or of the same pattern, so that the two cannot drift apart.
 */
/// <reference lib="es2024.string" />
import { z } from 'zod';
import type { Meta } from '#contract/conversation';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const idPattern = /^[A-Za-z0-9_-]{8,64}$/;
const convLength = 64;

/** How many conversations one `hello` may name. */
const cursorsMax = 500;

export const isName = (value: unknown): value is string => typeof value === 'string' && namePattern.test(value);

export const isId = (value: unknown): value is string => typeof value === 'string' && idPattern.test(value);

/** Opaque: whether such a conversation exists is not for the wire to say. */
export const isConv = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= convLength && value.isWellFormed();

export const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export const isBody = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.isWellFormed();

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Own keys only, and all of them: `JSON.parse` makes `__proto__` an ordinary key. */
const isCursors = (value: unknown): value is Readonly<Record<string, number>> => {
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  return entries.length <= cursorsMax && entries.every(([conv, seq]) => isConv(conv) && isSeq(seq));
};

export const name = z.string().regex(namePattern, 'must match [A-Za-z0-9][A-Za-z0-9_.-]{0,63}');
export const id = z.string().regex(idPattern, 'must be 8 to 64 characters of [A-Za-z0-9_-]');
export const conv = z
  .string()
  .min(1)
  .max(convLength)
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');
export const seq = z.int().min(0);
export const count = z.int().min(0);
export const millis = z.int();
/** Over `body.bytes`, counted in UTF-8, it gets an answer of its own: gateway.body_too_big. */
export const body = z
  .string()
  .min(1)
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode: no lone surrogate');
export const text = z.string();

/** As it came: a copy by schema would lose the key `__proto__`. */
export const meta = z.custom<Meta>(isObject, 'must be an object').meta({ type: 'object' });

export const cursors = z
  .custom<Readonly<Record<string, number>>>(
    isCursors,
    `must be an object of at most ${cursorsMax} conversations and their numbers`,
  )
  .meta({
    type: 'object',
    maxProperties: cursorsMax,
    propertyNames: { minLength: 1, maxLength: convLength },
    additionalProperties: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  });
