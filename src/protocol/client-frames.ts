/**
 * The frames of clients (docs/protocol.md section 2) as schemas. Sizes that an operator may set (`body.bytes`,
 * `meta.bytes`, `title.bytes`) are checked by the decoder. `send` and `ack` also have hand-written guards: they are
 * nearly all traffic, and a schema costs them more than parsing does.
 */
import { z } from 'zod';
import { placeOf } from '#contract/inbox';
import type { AckFrame, ClientFrame, SendFrame } from '#contract/frames';
import type { Agreeing } from '#protocol/agree';
import { body, conv, cursors, id, isBody, isConv, isId, isObject, isSeq, meta, name, seq } from '#protocol/scalars';

const title = z.string().refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

/** How many users one `watch` may name. */
const watchMax = 100;

const page = z
  .string()
  .refine((token) => placeOf(token) !== undefined, 'must be the `next` of an earlier answer')
  .transform((token) => placeOf(token) ?? { at: 0, conv: '' });

const standing = cursors.optional().transform((byConv) => new Map(Object.entries(byConv ?? {})));

const schemas = {
  hello: z.object({ t: z.literal('hello'), token: z.string(), device: name, cursors: standing }),
  send: z.object({ t: z.literal('send'), id, conv, body, meta: meta.exactOptional() }),
  ack: z.object({ t: z.literal('ack'), conv, seq }),
  history: z
    .object({
      t: z.literal('history'),
      id,
      conv,
      after: seq.exactOptional(),
      before: seq.exactOptional(),
      limit: z.int().min(1).max(200).default(50),
    })
    .refine(({ after, before }) => after === undefined || before === undefined, 'after and before exclude each other')
    .meta({ not: { required: ['after', 'before'] } }),
  open: z.object({ t: z.literal('open'), id, members: z.array(name), title: title.exactOptional() }),
  members: z.object({
    t: z.literal('members'),
    id,
    conv,
    add: z.array(name).default(() => []),
    remove: z.array(name).default(() => []),
  }),
  read: z.object({ t: z.literal('read'), conv, seq }),
  inbox: z.object({
    t: z.literal('inbox'),
    id,
    limit: z.int().min(1).max(100).default(20),
    page: page.exactOptional(),
  }),
  typing: z.object({ t: z.literal('typing'), conv }),
  watch: z.object({ t: z.literal('watch'), users: z.array(name).max(watchMax) }),
  ping: z.object({ t: z.literal('ping') }),
};

/** What a long poll asks for, over HTTP: the `hello` of a connection that lasts for one answer. */
export const pollFrame = z.object({
  t: z.literal('poll'),
  device: name,
  cursors: standing,
  waitMs: z
    .int()
    .min(0)
    .optional()
    .transform((waitMs) => waitMs),
});

export const clientFrames: Agreeing<ClientFrame, typeof schemas> = schemas;

export const isClientFrameType = (t: string): t is ClientFrame['t'] => Object.hasOwn(clientFrames, t);

/** Agrees with the schema of `send` on whatever JSON can hold (a property test says so). */
export const asSend = (value: Readonly<Record<string, unknown>>): SendFrame | undefined => {
  const { id: sendId, conv: sendConv, body: sendBody, meta: sendMeta } = value;
  if (!isId(sendId) || !isConv(sendConv) || !isBody(sendBody)) return undefined;
  if (sendMeta === undefined) return { t: 'send', id: sendId, conv: sendConv, body: sendBody };
  return isObject(sendMeta) ? { t: 'send', id: sendId, conv: sendConv, body: sendBody, meta: sendMeta } : undefined;
};

/** Agrees with the schema of `ack` likewise. */
export const asAck = (value: Readonly<Record<string, unknown>>): AckFrame | undefined => {
  const { conv: ackConv, seq: ackSeq } = value;
  return isConv(ackConv) && isSeq(ackSeq) ? { t: 'ack', conv: ackConv, seq: ackSeq } : undefined;
};
