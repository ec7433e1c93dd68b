/**
 * The frames of the server (docs/protocol.md section 3) as schemas: what clients may rely on, published as JSON Schema.
 * The server itself writes frames by their types and does not check its own.
 */
import { z } from 'zod';
import { errorTable, type ErrorCode } from '#contract/errors';
import type { ServerFrame } from '#contract/frames';
import type { Agreeing } from '#protocol/agree';
import { conv, count, id, meta, millis, name, seq, text } from '#protocol/scalars';

const kind = z.enum(['direct', 'group']);
const users = z.array(name);

/** Codes that cannot reach a client are codes all the same: a client ignores what it does not know. */
const code = z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]);

const wireMessage = z.object({
  conv,
  seq,
  mid: text,
  from: name,
  id,
  /** Empty for an entry that changes members. */
  body: text,
  at: millis,
  meta: meta.exactOptional(),
  event: z.object({ add: users, remove: users }).exactOptional(),
});

const schemas = {
  welcome: z.object({
    t: z.literal('welcome'),
    session: text,
    user: name,
    device: name,
    node: text,
    heartbeatMs: count,
    ackWindow: count,
    resumed: z.boolean(),
    exp: millis,
  }),
  stored: z.object({ t: z.literal('stored'), id, conv, seq, mid: text, at: millis }),
  message: wireMessage.extend({ t: z.literal('message') }),
  resumed: z.object({ t: z.literal('resumed'), conv, since: seq, from: seq, to: seq, recovered: z.boolean() }),
  ready: z.object({ t: z.literal('ready') }),
  history: z.object({ t: z.literal('history'), id, conv, messages: z.array(wireMessage), more: z.boolean() }),
  opened: z.object({
    t: z.literal('opened'),
    id: id.exactOptional(),
    conv,
    kind,
    members: users,
    title: text.exactOptional(),
    since: seq,
    seq,
  }),
  members: z.object({ t: z.literal('members'), id, conv, members: users, since: seq, seq }),
  removed: z.object({ t: z.literal('removed'), conv }),
  server_maintenance: z.object({ t: z.literal('server_maintenance'), reconnectWithinMs: count }),
  error: z.object({
    t: z.literal('error'),
    /** Echoes: whatever string the frame held. */
    id: text.exactOptional(),
    conv: text.exactOptional(),
    of: text.exactOptional(),
    code,
    message: text,
    effect: z.enum(['none', 'unknown']),
    retryAfterMs: count.exactOptional(),
  }),
  pong: z.object({ t: z.literal('pong') }),
};

export const serverFrames: Agreeing<ServerFrame, typeof schemas> = schemas;
