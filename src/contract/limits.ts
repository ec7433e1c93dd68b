/**
 * Every queue, buffer, rate, retry and timeout of the server, by name: its default and what happens beyond it.
 * `serve --limit name=value` sets one; `serve --help` prints this table. A rate of 0 means no limit.
 */
export interface LimitRow {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 'perSecond' | 'perMinute' | 'count' | 'days';
  /** What somebody meets who goes beyond it. */
  readonly beyond: string;
}

/** Limits in days are counted in these. */
export const dayMs = 86_400_000;

const row = (value: number, unit: LimitRow['unit'], beyond: string): LimitRow => ({ value, unit, beyond });

export const limitTable = {
  // The wire (docs/protocol.md section 7).
  'frame.bytes': row(65_536, 'bytes', 'close 1009'),
  'body.bytes': row(16_384, 'bytes', 'gateway.body_too_big'),
  'meta.bytes': row(1_024, 'bytes', 'gateway.bad_frame'),
  'title.bytes': row(512, 'bytes', 'gateway.bad_frame'),
  'page.bytes': row(262_144, 'bytes', 'the page ends there, with `more`'),
  'hello.withinMs': row(10_000, 'ms', 'close 4101'),
  'token.leewayMs': row(5_000, 'ms', 'close 4101: a token counts this much longer, and this much earlier'),
  'badFrames.perMinute': row(10, 'perMinute', 'close 4100'),
  'frames.perSecond': row(2_000, 'perSecond', 'gateway.rate_limited; after frames.overMs without pause close 4002'),
  'frames.overMs': row(10_000, 'ms', 'close 4002'),
  'frame.fragments': row(16_384, 'count', 'close 1008'),
  'pings.pending': row(60, 'count', 'the connection just ends: so many pongs that the client has not taken'),
  'send.user.perSecond': row(200, 'perSecond', 'gateway.rate_limited; the burst is twice that'),
  'send.ip.perSecond': row(20_000, 'perSecond', 'gateway.rate_limited; the burst is one second’s worth'),
  'inbox.waitMs': row(1_000, 'ms', 'an inbox is answered although an earlier `read` of the connection is not done'),
  'inFlight.sends': row(1_000, 'count', 'gateway.rate_limited'),
  'owed.sends': row(10_000, 'count', 'a queued send is shown as `message` too, one refused as unknown only so'),
  'inFlight.requests': row(1_000, 'count', 'gateway.rate_limited: pages and new conversations go one at a time'),
  'window.unacked': row(256, 'count', 'delivery pauses until an acknowledgement'),
  'replay.max': row(1_000, 'count', 'nothing replayed: resumed with recovered false'),
  'socket.bufferedBytes': row(4_194_304, 'bytes', 'close 4001'),
  'socket.pauseBytes': row(1_048_576, 'bytes', 'messages pause until the client has read; answers still go out'),
  'socket.pauseMs': row(100, 'ms', 'how often a session that paused looks whether the client has read'),
  'members.max': row(256, 'count', 'conversation.too_many_members'),
  'conversations.user': row(10_000, 'count', 'conversation.too_many'),
  'devices.user': row(16, 'count', 'the device longest connected is closed with 4103'),
  'idempotency.days': row(0, 'days', 'an older id counts as new; 0: ids are remembered for ever'),
  'connections.ip': row(10_000, 'count', '503 at the upgrade'),
  'connections.node': row(50_000, 'count', '503 at the upgrade'),
  'drain.ms': row(20_000, 'ms', 'what is still connected is closed with 4000'),
  'resync.everyMs': row(10_000, 'ms', 'how often a session compares what it sent with what is stored'),
  'heartbeat.ms': row(30_000, 'ms', 'silent for twice this long: close 4003'),
  'close.withinMs': row(5_000, 'ms', 'a socket whose peer does not answer the close frame is ended'),
  'retry.afterMs': row(1_000, 'ms', 'what an overloaded server asks clients to wait'),
  // Listening.
  'accept.backlog': row(4_096, 'count', 'the system makes newcomers wait'),
  'http.headerBytes': row(16_384, 'bytes', '431'),
  'http.headersMs': row(10_000, 'ms', '408'),
  'http.requestMs': row(30_000, 'ms', '408'),
  'http.user.perSecond': row(2_000, 'perSecond', 'gateway.rate_limited (429)'),
  'http.connections': row(10_000, 'count', 'the connection is dropped: that many beside connections.node'),
  'http.pipelined': row(16, 'count', 'gateway.overloaded (503), and the end: requests before their answers are taken'),
  'http.stalledMs': row(30_000, 'ms', 'the connection is dropped: nothing moves on it, and it is no WebSocket'),
  'http.inFlight': row(1_000, 'count', 'gateway.overloaded (503)'),
  'poll.waitMs': row(25_000, 'ms', 'an empty answer'),
  'poll.lingerMs': row(20, 'ms', 'how long an answer waits for more messages after the first'),
  'poll.atOnce': row(2_000, 'count', 'gateway.overloaded (503)'),
  'http.answerMs': row(10_000, 'ms', 'store.unavailable (503), effect unknown for what writes'),
  'rates.keys': row(100_000, 'count', 'the user or address idle longest starts with a full burst'),
  // Mailboxes: how many messages an actor holds before it refuses (runtime.mailbox_full).
  'mailbox.default': row(1_000, 'count', 'refused to the sender'),
  'mailbox.session': row(4_096, 'count', 'gateway.overloaded'),
  'mailbox.conversation': row(10_000, 'count', 'gateway.overloaded'),
  'mailbox.delivery': row(100_000, 'count', 'delivered late, by the resync'),
  'mailbox.presence': row(100_000, 'count', 'presence is told late'),
  'mailbox.batch': row(256, 'count', 'messages an actor takes in one turn before others get theirs'),
  'deadLetters.kept': row(1_000, 'count', 'the oldest is forgotten; the count goes on'),
  // Time.
  'effect.deadlineMs': row(10_000, 'ms', 'runtime.deadline, effect unknown'),
  'restart.baseMs': row(100, 'ms', 'first wait before a failed actor restarts; doubles'),
  'restart.maxMs': row(10_000, 'ms', 'longest wait before a restart'),
  'restart.budget': row(5, 'count', 'the failure goes to the parent'),
  'restart.withinMs': row(60_000, 'ms', 'the time in which the restart budget counts'),
  'conversation.idleMs': row(120_000, 'ms', 'the conversation actor is passivated'),
  'leave.withinMs': row(500, 'ms', 'a session that drains closes with sends unanswered'),
  'leave.tickMs': row(50, 'ms', 'the step in which a drain closes sessions'),
  'drain.aloneMs': row(2_000, 'ms', 'drain.ms of the only server'),
  'session.graceMs': row(10_000, 'ms', 'a lost session expires; presence follows'),
  'receipts.members': row(32, 'count', 'no receipts in a larger conversation'),
  'receipts.newest': row(200, 'count', 'authors of older numbers are not told'),
  'receipts.everyMs': row(100, 'ms', 'positions are collected for this long, then told together'),
  'typing.everyMs': row(3_000, 'ms', 'dropped: one per user and conversation in this time'),
  'presence.ttlMs': row(60_000, 'ms', 'the users of a node that says nothing for this long are offline'),
  'presence.beatMs': row(20_000, 'ms', 'how often a node says who is connected to it'),
  'presence.lookMs': row(5_000, 'ms', 'how often a node looks at those who are watched'),
  'positions.flushMs': row(5_000, 'ms', 'a crash may take back this much of a device’s acknowledgements'),
  // What is remembered of the way of messages.
  'trace.steps': row(100_000, 'count', 'the oldest step of all is forgotten; each message has about seven'),
  'trace.shown': row(500, 'count', 'further steps of one message are counted'),
  'nodes.ttlMs': row(60_000, 'ms', 'a server that says nothing for this long is not asked for traces'),
  // The append and its fan-out (docs/architecture.md).
  'append.group': row(49, 'count', 'further sends wait for the next group'),
  'append.tries': row(3, 'count', 'store.unavailable, effect unknown'),
  'append.retryMs': row(50, 'ms', 'first wait after a lost append; grows at random'),
  'append.losses': row(20, 'count', 'store.unavailable, effect none'),
  'baton.turnMs': row(400, 'ms', 'whoever waits longest gets the next turn'),
  'baton.askMs': row(15, 'ms', 'how often a server that waits for its turn asks'),
  'baton.lingerMs': row(10, 'ms', 'a turn with nothing to append for this long is passed on'),
  'conversation.held': row(20_000, 'count', 'gateway.overloaded'),
  'event.members': row(90, 'count', 'a larger change of members becomes several entries'),
  'fanout.markMs': row(250, 'ms', 'the mark of a finished fan-out is written by itself'),
  'fanout.retryMs': row(1_000, 'ms', 'how long a failed fan-out waits; the sweep is behind it'),
  'fanout.held': row(1_000, 'count', 'further entries are read from the store when their turn comes'),
  'fanout.batch': row(200, 'count', 'a longer backlog is fanned out in several steps'),
  'sweep.everyMs': row(2_000, 'ms', 'how often marks are swept'),
  'sweep.olderMs': row(5_000, 'ms', 'the age at which any node takes over a fan-out'),
  'sweep.batch': row(500, 'count', 'the rest waits for the next sweep'),
  'gap.holdMs': row(200, 'ms', 'a gap is read from the store'),
  'gap.held': row(64, 'count', 'held messages are dropped and read from the store'),
  'replay.retryMs': row(1_000, 'ms', 'how long a failed replay waits'),
  'read.batch': row(200, 'count', 'a replay reads in several steps'),
  // The embedded store.
  'embedded.queue': row(20_000, 'count', 'store.unavailable, effect none: that many writes wait for the disk'),
  'embedded.countUsers': row(100_000, 'count', 'the conversations of the user asked for longest ago are counted again'),
  'embedded.idEntries': row(1_000_000, 'count', 'ids of the conversation longest unused are read again from the disk'),
  // Guards of the real services.
  'call.deadlineMs': row(2_000, 'ms', 'store.unavailable: effect none for what reads, unknown for what writes'),
  'call.tries': row(3, 'count', 'the fault of the last try'),
  'call.retryMs': row(50, 'ms', 'longest wait before the second try; doubles'),
  'retry.percent': row(10, 'count', 'so many of a hundred calls are repeated; more are not'),
  'retry.perSecond': row(10, 'perSecond', 'what is repeated although hardly anything is called'),
  'breaker.windowMs': row(10_000, 'ms', 'failures longer ago than twice this count no more'),
  'breaker.failures': row(10, 'count', 'with at least half of all calls: the breaker opens'),
  'breaker.openMs': row(30_000, 'ms', 'how long the database is not called before one probe'),
  'breaker.quickMs': row(2_000, 'ms', 'the same of a Redis server or the log, which come back sooner'),
  // DynamoDB.
  'dynamodb.items': row(50_000, 'count', 'the conversation longest unused is read again before its next append'),
  // Redis: shards, sessions, last, inbox.
  'redis.redialMs': row(500, 'ms', 'longest wait before a server that is away is dialled again'),
  'redis.sessionsMs': row(120_000, 'ms', 'registrations of a user of whom no server has heard for this long are gone'),
  'redis.lastMs': row(86_400_000, 'ms', 'the newest numbers of a user are read from the database again'),
  'tail.lookMs': row(1_000, 'ms', 'how often a server looks whether all of Redis answers'),
  'tail.backMs': row(30_000, 'ms', 'what is older is not read from the log: the resync has it'),
  'inbox.kept': row(60, 'count', 'older conversations of an inbox are read from the database'),
  'inbox.ttlMs': row(86_400_000, 'ms', 'an inbox that nobody writes to is read from the database again'),
  'redis.openMs': row(5_000, 'ms', 'a server starts although a Redis is away'),
  'redis.watchMs': row(1_000, 'ms', 'how often Sentinels are asked who serves a shard'),
  // Redis and DynamoDB: positions, receipts, presence.
  'tiered.waiting': row(10_000, 'count', 'what waits to be written to the database is written at once'),
  'inbox.pages': row(5_000, 'count', 'of the first pages that a server keeps, the one longest unused is read again'),
  'inbox.touchMs': row(1_000, 'ms', 'how late the index of inboxes in the database is'),
  'inbox.lateMs': row(5_000, 'ms', 'an index later than this may show conversations out of order'),
  // Kafka.
  'kafka.waiting': row(50_000, 'count', 'store.unavailable, effect none: that many records wait for the log'),
  'kafka.waitMs': row(2_000, 'ms', 'store.unavailable, effect none: a record waited this long for its turn'),
  'kafka.batchBytes': row(900_000, 'bytes', 'further records go with the next request'),
  'kafka.requestMs': row(3_000, 'ms', 'a request that no broker answers is tried again, a few times'),
  'kafka.sessionMs': row(10_000, 'ms', 'a reader that says nothing for this long loses its partitions'),
  'kafka.pollMs': row(50, 'ms', 'how long a broker waits for records, and other partitions for a slow reader'),
  'kafka.rejoinMs': row(1_000, 'ms', 'the pause of a reader that fell out of its group, and of a batch not committed'),
  'kafka.closeMs': row(3_000, 'ms', 'what a broker has not answered by then is left behind'),
  // The registry, pending writes and their drain.
  'owed.lookMs': row(5_000, 'ms', 'how often it is looked up what has become of sends that were queued'),
  'pending.tries': row(4, 'count', 'neither stored nor queued: store.unavailable, effect unknown'),
  'pending.againMs': row(1_000, 'ms', 'how long what could not be drained waits'),
  'pending.produceMs': row(60_000, 'ms', 'an id that nothing followed into the log for this long is forgotten'),
  // The journal.
  'journal.bytes': row(300_000, 'bytes', 'store.too_big: so much in one append or snapshot'),
  'journal.snapshotEvery': row(200, 'count', 'a snapshot is taken, and what it contains is forgotten'),
  'journal.held': row(1_000, 'count', 'gateway.overloaded: messages wait for what is being written'),
  'journal.tries': row(5, 'count', 'the actor fails, and opens its journal anew when it restarts'),
  'journal.retryMs': row(100, 'ms', 'how long an open or an append that failed waits; doubles'),
  'journal.beatMs': row(10_000, 'ms', 'a crash may take back this much of the time that a timer had run'),
} as const satisfies Record<string, LimitRow>;

export type LimitName = keyof typeof limitTable;

/** The limits in force: one number a name. */
export type Limits = Readonly<Record<LimitName, number>>;

/** The defaults, with some of them replaced. */
export const withLimits = (changed: Partial<Record<LimitName, number>> = {}): Limits => {
  const entries = Object.entries(limitTable).map(([name, { value }]) => [name, value]);
  return { ...(Object.fromEntries(entries) as Record<LimitName, number>), ...changed };
};

export const isLimitName = (name: string): name is LimitName => Object.hasOwn(limitTable, name);
