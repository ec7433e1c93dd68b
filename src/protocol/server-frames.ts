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

const inboxItem = z.object({
  conv,
  kind,
  title: text.exactOptional(),
  members: users,
  since: seq,
  seq,
  at: millis,
  preview: text,
  unread: count,
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
  queued: z.object({ t: z.literal('queued'), id, conv }),
  message: wireMessage.extend({ t: z.literal('message') }),
  resumed: z.object({ t: z.literal('resumed'), conv, since: seq, from: seq, to: seq, recovered: z.boolean() }),
  ready: z.object({ t: z.literal('ready') }),
  delivered: z.object({ t: z.literal('delivered'), conv, user: name, seq }),
  read: z.object({ t: z.literal('read'), conv, user: name, seq }),
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
  inbox: z.object({
    t: z.literal('inbox'),
    id,
    items: z.array(inboxItem),
    /** Opaque; absent on the last page. */
    next: text.exactOptional(),
    source: z.enum(['embedded', 'l1', 'primary', 'replica', 'dynamodb']),
  }),
  removed: z.object({ t: z.literal('removed'), conv }),
  typing: z.object({ t: z.literal('typing'), conv, user: name }),
  presence: z.object({
    t: z.literal('presence'),
    user: name,
    state: z.enum(['online', 'offline', 'unknown']),
    lastSeenAt: millis.nullable(),
  }),
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
