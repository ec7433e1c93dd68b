/** The session actor alone: a recorded outlet, ports answered by hand, virtual time. */
import { describe, expect, it } from 'vitest';
import { failed, fault, ok } from '#contract/effects';
import type { LimitName } from '#contract/limits';
import type { ClientFrame, ServerFrame } from '#contract/frames';
import type { LastKnown, Notice } from '#contract/ports/bus';
import type { Outlet } from '#contract/ports/outlet';
import { sessionBehaviour } from '#actors/session/behaviour';
import type { Standing, ToConversation } from '#actors/messages';
import { wireMessage } from '#actors/wire';
import { probe } from '#testkit/probe';
import { entry, heldBus, heldPositions, heldStore, heldTokens, ids, limitsWith, neighbours } from '#test/actors/kit';

const recordedOutlet = () => {
  const frames: ServerFrame[] = [];
  const closes: { code: number; reason: string }[] = [];
  let pings = 0;
  let taken = 0;
  const outlet: Outlet = {
    connection: 'connection-1',
    send: (frame) => frames.push(frame),
    message: (shared) => frames.push(shared.frame),
    ping: () => (pings += 1),
    close: (code, reason) => closes.push({ code, reason }),
    bufferedBytes: () => 0,
    lastHeardAt: () => 0,
  };
  const take = (): ServerFrame[] => {
    const news = frames.slice(taken);
    taken = frames.length;
    return news;
  };
  return { outlet, closes, take, pings: () => pings };
};

const start = (limits: Partial<Record<LimitName, number>> = {}) => {
  const out = recordedOutlet();
  const tokens = heldTokens();
  const bus = heldBus();
  const positions = heldPositions();
  const store = heldStore();
  const { delivery, gateway } = neighbours();
  const told: { conv: string; message: ToConversation }[] = [];
  const conversations = {
    tell: (conv: string, message: ToConversation) => {
      told.push({ conv, message });
      return undefined;
    },
  };
  const inForce = limitsWith(limits);
  const kit = {
    node: 'n1',
    ports: { tokens, bus, positions, store },
    ids,
    limits: inForce,
    delivery,
    gateway,
    conversations,
  };
  const actor = probe(sessionBehaviour('s1', out.outlet, kit), { limits, supervision: { kind: 'stop' } });
  const frame = (given: ClientFrame): void => {
    actor.send({ t: 'frame', frame: given });
  };
  return { ...actor, ...out, tokens, bus, positions, store, delivery, gateway, told, frame };
};

type Session = ReturnType<typeof start>;

const address = { user: 'bob', device: 'phone', node: 'n1', session: 's1', epoch: 7 };

/** From hello to welcome: the index knows `last`, the device stands at `stored`. */
const enter = (
  session: Session,
  {
    cursors = {},
    last = {},
    stored = {},
    truth = {},
  }: {
    cursors?: Record<string, number>;
    last?: Record<string, LastKnown>;
    stored?: Record<string, number>;
    truth?: Record<string, number>;
  } = {},
) => {
  session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map(Object.entries(cursors)) });
  session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
  session.settle();
  session.bus.register.take().answer({ address, replaced: null });
  session.settle();
  session.positions.open.take().answer({ known: true, cursors: new Map(Object.entries(stored)) });
  session.settle();
  session.bus.resync.take().answer({ last: new Map(Object.entries(last)), current: address });
  session.settle();
  if (Object.keys(cursors).length === 0) return;
  session.store.lastSeqs.take().answer(new Map(Object.entries(truth)));
  session.settle();
};

const standing = (changed: Partial<Standing> = {}): Standing => ({
  conv: 'c1',
  kind: 'group',
  title: undefined,
  members: ['alice', 'bob'],
  since: 1,
  last: 0,
  ...changed,
});

const shared = (...seqs: number[]) => seqs.map((seq) => ({ frame: wireMessage('c1', entry(seq)) }));

const notice = (from: number, to: number, changed: Partial<Notice> = {}) => {
  const seqs = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const value: Notice = {
    conv: 'c1',
    kind: 'group',
    from,
    to,
    entries: seqs.map((seq) => entry(seq)),
    recipients: ['alice', 'bob'],
    added: [],
    removed: [],
    members: [],
    origin: null,
    ...changed,
  };
  return { t: 'notice', notice: value, messages: shared(...seqs) } as const;
};

const seqsOf = (frames: readonly ServerFrame[]): number[] =>
  frames.flatMap((frame) => (frame.t === 'message' ? [frame.seq] : []));

const ack = (seq: number): ClientFrame => ({ t: 'ack', conv: 'c1', seq });

describe('entering', () => {
  it('is attached to delivery before it reads where anything stands', () => {
    const session = start();
    session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map() });
    session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
    session.settle();
    session.bus.register.take().answer({ address, replaced: null });
    session.settle();
    expect(session.delivery.heard).toMatchObject([{ t: 'attach', user: 'bob' }]);
    expect(session.bus.resync.calls).toHaveLength(0);
  });

  it('answers frames before welcome with gateway.not_ready, echoing id and conv', () => {
    const session = start();
    session.frame({ t: 'send', id: 'send-001', conv: 'c1', body: 'x' });
    expect(session.take()).toMatchObject([
      { t: 'error', code: 'gateway.not_ready', id: 'send-001', conv: 'c1', of: 'send' },
    ]);
  });

  it('closes with 4101 without hello in time, with a bad token, and when the token expires', () => {
    const silent = start();
    silent.advance(10_000);
    const refused = start();
    refused.frame({ t: 'hello', token: 'bad', device: 'phone', cursors: new Map() });
    refused.tokens.verify.take().fail(fault('gateway.unauthenticated', 'no'));
    refused.settle();
    const expired = start({ 'heartbeat.ms': 10_000_000 });
    enter(expired);
    expired.advance(3_600_000);
    for (const { closes } of [silent, refused, expired]) expect(closes).toMatchObject([{ code: 4101 }]);
  });

  it('tells the older connection of the device that it is replaced', () => {
    const session = start();
    session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map() });
    session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
    session.settle();
    const old = { ...address, node: 'n2', epoch: 6 };
    session.bus.register.take().answer({ address, replaced: old });
    session.settle();
    expect(session.bus.publish.calls[0]?.args).toMatchObject(['n2', { t: 'replaced', old }]);
  });

  it('renews its token by another hello, answered by welcome alone', () => {
    const session = start();
    enter(session);
    session.take();
    session.frame({ t: 'hello', token: 'fresh', device: 'phone', cursors: new Map([['c9', 4]]) });
    session.tokens.verify.take().answer({ user: 'bob', expiresAt: 9_000_000, admin: false });
    session.settle();
    expect(session.take()).toMatchObject([{ t: 'welcome', exp: 9_000_000 }]);
  });

  it('a fault of a port closes with 1011', () => {
    const session = start();
    session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map() });
    session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
    session.settle();
    session.bus.register.take().done(failed(fault('store.unavailable', 'no')));
    session.settle();
    expect(session.closes).toMatchObject([{ code: 1011 }]);
  });
});

describe('resuming', () => {
  it('K6 C8 replays exactly what is missing, then says resumed, then ready', () => {
    const session = start();
    enter(session, { cursors: { c1: 2 }, last: { c1: { seq: 4, since: 1 } } });
    expect(session.told).toMatchObject([{ conv: 'c1', message: { t: 'replay', from: 3 } }]);
    session.send({ t: 'replayed', from: 3, standing: standing({ last: 4 }), entries: shared(3, 4) });
    const frames = session.take();
    expect(frames.map(({ t }) => t)).toEqual(['welcome', 'message', 'message', 'resumed', 'ready']);
    expect(frames[3]).toEqual({ t: 'resumed', conv: 'c1', since: 1, from: 3, to: 4, recovered: true });
  });

  it('says resumed with to = from - 1 when nothing is missing, without reading', () => {
    const session = start();
    enter(session, { cursors: { c1: 4 }, last: { c1: { seq: 4, since: 1 } } });
    expect(session.take()).toMatchObject([
      { t: 'welcome' },
      { t: 'resumed', from: 5, to: 4, recovered: true },
      { t: 'ready' },
    ]);
    expect(session.told).toEqual([]);
  });

  it('asks the store about what the client named: the index may lag, `resumed` is exact', () => {
    const session = start();
    enter(session, { cursors: { c1: 4 }, last: { c1: { seq: 4, since: 1 } }, truth: { c1: 5 } });
    expect(session.told).toMatchObject([{ conv: 'c1', message: { t: 'replay', from: 5 } }]);
  });

  it('a conversation not named goes by the last acknowledgement, and is silent when nothing is missing', () => {
    const session = start();
    const last = { c1: { seq: 4, since: 1 }, c2: { seq: 9, since: 1 } };
    enter(session, { stored: { c1: 4, c2: 8 }, last });
    expect(session.told).toMatchObject([{ conv: 'c2', message: { from: 9 } }]);
  });

  it('more than replay.max missing: nothing replayed, recovered false, live goes on above', () => {
    const session = start({ 'replay.max': 3 });
    enter(session, { cursors: { c1: 0 }, last: { c1: { seq: 4, since: 1 } } });
    session.send({ t: 'replayed', from: 1, standing: standing({ last: 4 }), entries: shared(1, 2, 3, 4) });
    expect(session.take()[1]).toEqual({ t: 'resumed', conv: 'c1', since: 1, from: 1, to: 4, recovered: false });
    session.send(notice(5, 5));
    expect(seqsOf(session.take())).toEqual([5]);
  });

  it('a cursor beyond the end is answered by the store, from last + 1 to last', () => {
    const session = start();
    enter(session, { cursors: { c1: 9 }, last: { c1: { seq: 4, since: 1 } } });
    session.send({ t: 'replayed', from: 10, standing: standing({ last: 4 }), entries: [] });
    expect(session.take()).toMatchObject([
      { t: 'welcome' },
      { t: 'resumed', from: 5, to: 4, recovered: false },
      { t: 'ready' },
    ]);
  });

  it('one named that the user may not read: removed', () => {
    const session = start();
    enter(session, { cursors: { c7: 3 } });
    session.send({ t: 'replay-failed', conv: 'c7', from: 4, fault: fault('conversation.forbidden', 'no') });
    expect(session.take()).toMatchObject([{ t: 'welcome' }, { t: 'removed', conv: 'c7' }, { t: 'ready' }]);
  });

  it('holds live messages back until the replay of their conversation has ended', () => {
    const session = start();
    enter(session, { cursors: { c1: 2 }, last: { c1: { seq: 3, since: 1 } } });
    session.send(notice(4, 4));
    expect(seqsOf(session.take())).toEqual([]);
    session.send({ t: 'replayed', from: 3, standing: standing({ last: 3 }), entries: shared(3) });
    session.send({ t: 'replayed', from: 4, standing: standing({ last: 4 }), entries: shared(4) });
    expect(session.take().map((frame) => (frame.t === 'message' ? frame.seq : frame.t))).toEqual([
      3,
      4,
      'resumed',
      'ready',
    ]);
  });

  it('a store that fails is read again later, and nothing is skipped', () => {
    const session = start();
    enter(session, { cursors: { c1: 2 }, last: { c1: { seq: 3, since: 1 } } });
    session.send({ t: 'replay-failed', conv: 'c1', from: 3, fault: fault('store.unavailable', 'no') });
    session.advance(1_000);
    expect(session.told).toHaveLength(2);
    session.send({ t: 'replayed', from: 3, standing: standing({ last: 3 }), entries: shared(3) });
    expect(seqsOf(session.take())).toEqual([3]);
  });
});

describe('receiving', () => {
  const live = (limits: Partial<Record<LimitName, number>> = {}) => {
    const session = start(limits);
    enter(session, { last: { c1: { seq: 2, since: 1 } }, stored: { c1: 2 } });
    session.take();
    return session;
  };

  it('D3 sends in order of number whatever the order of arrival, each once', () => {
    const session = live();
    session.send(notice(5, 5));
    session.send(notice(3, 3));
    session.send(notice(3, 4));
    session.send(notice(4, 4));
    expect(seqsOf(session.take())).toEqual([3, 4, 5]);
  });

  it('reads a gap from the store after gap.holdMs', () => {
    const session = live();
    session.send(notice(4, 4));
    session.advance(199);
    expect(session.told).toEqual([]);
    session.advance(1);
    expect(session.told).toMatchObject([{ conv: 'c1', message: { t: 'replay', from: 3 } }]);
    session.send({ t: 'replayed', from: 3, standing: standing({ last: 4 }), entries: shared(3, 4) });
    expect(seqsOf(session.take())).toEqual([3, 4]);
  });

  it('holds at most gap.held messages beyond a gap, then goes to the store', () => {
    const session = live({ 'gap.held': 2 });
    session.send(notice(5, 5));
    session.send(notice(6, 6));
    session.send(notice(7, 7));
    expect(session.told).toMatchObject([{ message: { t: 'replay', from: 3 } }]);
  });

  it('pauses with window.unacked messages unacknowledged and goes on from the store', () => {
    const session = live({ 'window.unacked': 2 });
    session.send(notice(3, 6));
    expect(seqsOf(session.take())).toEqual([3, 4]);
    session.frame(ack(3));
    expect(session.told).toMatchObject([{ message: { t: 'replay', from: 5, limit: 1 } }]);
    session.send({ t: 'replayed', from: 5, standing: standing({ last: 6 }), entries: shared(5) });
    expect(seqsOf(session.take())).toEqual([5]);
    session.frame(ack(5));
    session.send({ t: 'replayed', from: 6, standing: standing({ last: 6 }), entries: shared(6) });
    expect(seqsOf(session.take())).toEqual([6]);
  });

  it('a number that is its own stored one is left out of the stream', () => {
    const session = live();
    session.frame({ t: 'send', id: 'id-0003', conv: 'c1', body: 'x' });
    session.send({ t: 'stored', conv: 'c1', answers: [{ id: 'id-0003', seq: 3, mid: 'mid-3', at: 3 }] });
    session.send(notice(3, 4));
    expect(session.take().map((frame) => [frame.t, 'seq' in frame && frame.seq])).toEqual([
      ['stored', 3],
      ['message', 4],
    ]);
  });

  it('answers a send whose number arrives as a notice before its answer, once', () => {
    const session = live();
    session.frame({ t: 'send', id: 'id-0003', conv: 'c1', body: 'x' });
    const mine = { frame: wireMessage('c1', entry(3, { from: 'bob', id: 'id-0003' })) };
    session.send({ ...notice(3, 3), messages: [mine] });
    session.send({ t: 'stored', conv: 'c1', answers: [{ id: 'id-0003', seq: 3, mid: 'mid-3', at: 3 }] });
    expect(session.take()).toMatchObject([{ t: 'stored', id: 'id-0003', seq: 3 }]);
  });

  it('says opened ahead of the entry that added the user, removed and nothing after the one that removed them', () => {
    const session = start();
    enter(session);
    session.take();
    session.send(notice(5, 5, { added: ['bob'], members: ['alice', 'bob'] }));
    session.send(notice(6, 6, { recipients: ['alice'], removed: ['bob'] }));
    session.frame(ack(5));
    expect(session.take()).toMatchObject([
      { t: 'opened', conv: 'c1', since: 5, seq: 4 },
      { t: 'message', seq: 5 },
      { t: 'removed', conv: 'c1' },
    ]);
  });

  it('is refused an acknowledgement beyond the end, after looking it up', () => {
    const session = live();
    session.frame(ack(9));
    expect(session.told).toMatchObject([{ message: { t: 'stand' } }]);
    session.send({ t: 'stands', standing: standing({ last: 2 }) });
    expect(session.take()).toMatchObject([{ t: 'error', code: 'conversation.bad_seq', conv: 'c1', of: 'ack' }]);
  });

  it('saves positions one after the other, several acknowledgements together, the rest when the connection goes', () => {
    const session = live();
    session.send(notice(3, 6));
    for (const seq of [3, 4, 5]) session.frame(ack(seq));
    expect(session.positions.save.take().args[2]).toEqual(new Map([['c1', 3]]));
    session.positions.save.calls[0]?.answer(undefined);
    session.settle();
    expect(session.positions.save.take().args[2]).toEqual(new Map([['c1', 5]]));
    session.frame(ack(6));
    session.send({ t: 'lost' });
    expect(session.positions.save.take().args[2]).toEqual(new Map([['c1', 6]]));
  });
});

describe('resyncing', () => {
  const resync = (session: Session, last: Record<string, LastKnown>, current: typeof address | null = address) => {
    session.advance(10_000);
    session.bus.resync.take().answer({ last: new Map(Object.entries(last)), current });
    session.settle();
  };

  it('finds a publish that was lost', () => {
    const session = start();
    enter(session, { last: { c1: { seq: 2, since: 1 } }, stored: { c1: 2 } });
    resync(session, { c1: { seq: 3, since: 1 } });
    session.advance(200);
    expect(session.told).toMatchObject([{ message: { t: 'replay', from: 3 } }]);
  });

  it('opens a conversation it never heard of', () => {
    const session = start();
    enter(session);
    session.take();
    resync(session, { c1: { seq: 3, since: 3 } });
    session.send({ t: 'replayed', from: 1, standing: standing({ since: 3, last: 3 }), entries: shared(3) });
    expect(session.take()).toMatchObject([
      { t: 'opened', since: 3, seq: 2 },
      { t: 'message', seq: 3 },
    ]);
  });

  it('closes with 4103 when a newer connection lives, and writes a lost registration again', () => {
    const older = start();
    enter(older);
    resync(older, {}, { ...address, epoch: 8 });
    expect(older.closes).toMatchObject([{ code: 4103 }]);
    const lost = start();
    enter(lost);
    resync(lost, {}, null);
    expect(lost.bus.restore.calls[0]?.args[0]).toEqual(address);
  });
});

describe('limits and ends', () => {
  it('refuses more than inFlight.sends', () => {
    const session = start({ 'inFlight.sends': 1 });
    enter(session);
    session.take();
    session.frame({ t: 'send', id: 'send-001', conv: 'c1', body: 'x' });
    session.frame({ t: 'send', id: 'send-002', conv: 'c1', body: 'x' });
    expect(session.take()).toMatchObject([{ code: 'gateway.rate_limited', id: 'send-002', effect: 'none' }]);
  });

  it('closes a client that has been silent for two heartbeats with 4003', () => {
    const session = start();
    enter(session);
    session.advance(30_000);
    expect(session.pings()).toBe(1);
    session.advance(30_000);
    expect(session.closes).toMatchObject([{ code: 4003 }]);
  });

  it('leaves once what is in flight is answered', () => {
    const session = start();
    enter(session);
    session.frame({ t: 'send', id: 'send-001', conv: 'c1', body: 'x' });
    session.send({ t: 'leave', code: 4000, reason: 'maintenance' });
    expect(session.closes).toEqual([]);
    session.send({ t: 'stored', conv: 'c1', answers: [{ id: 'send-001', seq: 1, mid: 'm', at: 1 }] });
    expect(session.closes).toMatchObject([{ code: 4000 }]);
  });

  it('keeps the registration for session.graceMs after the socket has gone', () => {
    const session = start();
    enter(session);
    session.send({ t: 'lost' });
    session.advance(59_999);
    expect(session.bus.unregister.calls).toHaveLength(0);
    session.advance(1);
    expect(session.bus.unregister.calls[0]?.args[0]).toEqual(address);
  });

  it('a failure closes the connection and never restarts under it', () => {
    const session = start();
    enter(session);
    session.bus.resync.calls[0]?.done(ok({ last: new Map(), current: null }));
    session.send({ t: 'replayed', from: 1, standing: undefined as never, entries: [] });
    expect(session.closes).toMatchObject([{ code: 1011 }]);
  });
});
