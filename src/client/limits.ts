/**
 * Every queue, buffer, retry and timeout of the client, by name: its default and what happens beyond it. An app sets
 * one by `limits: { 'outbox.entries': 50 }`.
 */
interface ClientLimitRow {
  readonly value: number;
  /** What somebody meets who goes beyond it. */
  readonly beyond: string;
}

const row = (value: number, beyond: string): ClientLimitRow => ({ value, beyond });

export const clientLimitTable = {
  'connect.withinMs': row(10_000, 'a socket without `welcome` counts as lost'),
  'reconnect.baseMs': row(1_000, 'the first wait is random between 0 and this; each further one between 0 and twice'),
  'reconnect.capMs': row(30_000, 'no wait is drawn from more than this'),
  'reconnect.tries': row(0, 'that many failures in a row: offline, until `setOnline(true)`; 0: never gives up'),
  'retryAfter.jitterMs': row(5_000, 'at most this is added to what a server asked us to wait; nobody comes early'),
  'polling.after': row(3, 'that many sockets without `welcome` in a row: POST /poll instead'),
  'polling.waitMs': row(25_000, 'how long the server may hold a poll'),
  'polling.probeMs': row(30_000, 'how often a WebSocket is tried while polling'),
  'close.withinMs': row(2_000, 'a socket whose peer does not answer the close frame is ended (Node)'),
  'http.withinMs': row(35_000, 'a request over HTTP without an answer counts as failed'),
  'token.renewMs': row(60_000, 'so long before its end a token is renewed'),
  'ack.everyMs': row(50, 'acknowledgements are put together for this long'),
  'ack.every': row(32, 'that many messages are acknowledged at once'),
  'cursors.named': row(500, 'only the newest conversations are named in `hello`'),
  'order.holdMs': row(100, 'a number that is still missing is read from the history'),
  'order.held': row(1_000, 'messages behind a hole beyond these are read again from the history'),
  'gap.messages': row(10_000, 'the older part of a longer gap is announced as `gap` and not read'),
  'gap.page': row(200, 'numbers asked for in one page'),
  'outbox.entries': row(1_000, 'client.outbox_full'),
  'outbox.bodyBytes': row(16_384, 'gateway.body_too_big, without asking the server'),
  'outbox.frameBytes': row(65_536, 'gateway.body_too_big: what the escapes of a body take counts here'),
  'outbox.tries': row(0, 'a send refused so often fails; 0: it is tried for ever'),
  'requests.pending': row(100, 'client.requests_full'),
  'requests.withinMs': row(30_000, 'client.timeout'),
  'receipts.tracked': row(1_000, 'older messages of one’s own no longer turn delivered or read'),
  'storage.openMs': row(3_000, 'a database that has not opened (browser): outbox and cursors are in memory only'),
  'tabs.devices': row(16, 'a further tab of the user in this browser is a new device, which nobody inherits'),
  'tabs.sameMs': row(1_500, 'a tab that comes back and finds its device taken (a copy of the tab) is another one'),
  'storage.lines': row(10_000, 'the file is written anew, with what still counts'),
} as const satisfies Record<string, ClientLimitRow>;

export type ClientLimitName = keyof typeof clientLimitTable;
export type ClientLimits = Readonly<Record<ClientLimitName, number>>;

/** On a mobile device nobody tries for ever: battery and network are somebody else's (K10, G8). */
const mobileLimits: Partial<ClientLimits> = { 'reconnect.tries': 3, 'outbox.tries': 3 };

export const clientLimits = (own: Partial<ClientLimits> = {}, mobile = false): ClientLimits => {
  const names = Object.keys(clientLimitTable) as ClientLimitName[];
  const defaults = Object.fromEntries(names.map((name) => [name, clientLimitTable[name].value])) as ClientLimits;
  return { ...defaults, ...(mobile ? mobileLimits : {}), ...own };
};
