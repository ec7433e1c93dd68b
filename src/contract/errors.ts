/**
 * The one table of error codes. A code starts with its room; `http` is the status of the HTTP twin (null: the error
 * cannot occur there); `on` says what the connection does. Wire codes are those of docs/protocol.md section 5.
 */
export interface ErrorRow {
  /** Connection: `lives`, or the close code. `inside` marks codes that never reach a client. */
  readonly on: 'lives' | 'inside' | number;
  readonly http: number | null;
  readonly when: string;
}

const row = (on: ErrorRow['on'], http: number | null, when: string): ErrorRow => ({ on, http, when });

export const errorTable = {
  'gateway.bad_frame': row('lives', 400, 'does not parse or validate; the tenth in a minute closes with 4100'),
  'gateway.unknown_type': row('lives', null, 'a `t` that the server does not know'),
  'gateway.body_too_big': row('lives', 413, 'body over body.bytes'),
  'gateway.rate_limited': row('lives', 429, 'over a rate, or too many sends in flight'),
  'gateway.overloaded': row('lives', 503, 'shed'),
  'gateway.not_ready': row('lives', null, 'a frame before welcome'),
  'gateway.unauthenticated': row(4101, 401, 'no token, a bad one, or one that expired'),
  'gateway.not_found': row('inside', 404, 'no such route'),
  'gateway.method': row('inside', 405, 'the route does not take this method'),
  'gateway.forbidden': row('inside', 403, 'an operation that needs role admin'),
  'gateway.internal': row(1011, 500, 'a fault of ours; reconnect'),
  'conversation.forbidden': row('lives', 403, 'no member, no such conversation, or not one’s to do'),
  'conversation.direct': row('lives', 400, 'the members of a direct conversation cannot change'),
  'conversation.bad_seq': row('lives', 400, 'a number beyond the end'),
  'conversation.too_few_members': row('lives', 400, 'nobody but oneself'),
  'conversation.too_many_members': row('lives', 400, 'over members.max'),
  'conversation.too_many': row('lives', 400, 'over conversations.user'),
  'store.unavailable': row('lives', 503, 'the store failed'),
  'store.incomplete': row('lives', 503, 'a range could not be proven whole'),
  'store.throttled': row('inside', null, 'one key is over its capacity: tried again, then store.unavailable'),
  'store.fenced': row('inside', null, 'another owner has opened this journal since'),
  'store.gap': row('inside', null, 'what comes before it is not in the journal'),
  'store.too_big': row('inside', null, 'more than a journal takes at once'),
  'store.newer_format': row('inside', null, 'the data folder was written by a newer version'),
  'store.in_use': row('inside', null, 'the data folder is held by another process'),
  'runtime.mailbox_full': row('inside', null, 'the mailbox of the actor told is at its limit'),
  'runtime.stopped': row('inside', null, 'the actor told has stopped'),
  'runtime.deadline': row('inside', null, 'an effect did not answer in time'),
  'runtime.ask_timeout': row('inside', null, 'an ask was not answered in time'),
  'runtime.effect_threw': row('inside', null, 'a port threw instead of answering'),
  'runtime.name_taken': row('inside', null, 'a child of this name exists'),
  'runtime.real_async_in_simulation': row('inside', null, 'an effect is outstanding and nothing virtual can end it'),
  'client.outbox_full': row('inside', null, 'too many messages of this device wait for the server'),
  'client.requests_full': row('inside', null, 'too many questions of this device wait for an answer'),
  'client.timeout': row('inside', null, 'a question had no answer in time'),
  'client.closed': row('inside', null, 'the client ends'),
  'client.storage': row('inside', null, 'the device could not save a message'),
  'cli.usage': row('inside', null, 'wrong command line'),
  'cli.port_in_use': row('inside', null, 'another process listens there'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** Close codes of docs/protocol.md section 5: 4000-4099 reconnect, 4100-4199 do not. */
export const closeCodes = {
  maintenance: 4000,
  slowConsumer: 4001,
  overloaded: 4002,
  heartbeat: 4003,
  badFrames: 4100,
  unauthenticated: 4101,
  replaced: 4103,
  noCommonProtocol: 4104,
  binaryFrame: 1003,
  notUtf8: 1007,
  frameTooBig: 1009,
  internal: 1011,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
