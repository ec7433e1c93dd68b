/** Limits of a session, each overflowed with a lowered value, to the millisecond. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import { ack, enter, notice, seqsOf, shared, standing, start } from '#test/actors/session/scene';
import type { Session } from '#test/actors/session/scene';

const live = (limits: Parameters<typeof start>[0]): Session => {
  const session = start(limits);
  enter(session, { last: { c1: { seq: 2, since: 1 } }, stored: { c1: 2 } });
  session.take();
  return session;
};

const sendFrame = (id: string) => ({ t: 'send', id, conv: 'c1', body: 'x' }) as const;

describe('a session keeps', () => {
  it('token.leewayMs: a token counts that much longer', () => {
    const session = start({ 'token.leewayMs': 100, 'heartbeat.ms': 100_000_000 });
    enter(session);
    session.advance(3_600_099);
    expect(session.closes).toEqual([]);
    session.advance(1);
    expect(session.closes).toMatchObject([{ code: 4101 }]);
  });

  it('socket.pauseBytes, socket.pauseMs: waits for the network, and looks again', () => {
    const session = live({ 'socket.pauseBytes': 100, 'socket.pauseMs': 7 });
    session.buffer(100);
    session.send(notice(3, 5));
    expect(seqsOf(session.take())).toEqual([3]);
    session.buffer(99);
    session.advance(6);
    expect(session.told).toEqual([]);
    session.advance(1);
    expect(session.told).toMatchObject([{ message: { t: 'replay', from: 4 } }]);
  });

  it('members.max: nobody opens a larger conversation', () => {
    const session = live({ 'members.max': 2 });
    session.frame({ t: 'open', id: 'open-001', members: ['u1', 'u2'] });
    session.frame({ t: 'open', id: 'open-002', members: ['u1'], title: 'two' });
    expect(session.take()).toMatchObject([{ id: 'open-001', code: 'conversation.too_many_members', effect: 'none' }]);
    expect(session.told).toMatchObject([{ message: { t: 'open', id: 'open-002' } }]);
  });

  it('resync.everyMs: compares what it sent with what is stored', () => {
    const session = live({ 'resync.everyMs': 50 });
    session.advance(49);
    expect(session.bus.resync.calls).toHaveLength(1);
    session.advance(1);
    expect(session.bus.resync.calls).toHaveLength(2);
  });

  it('leave.withinMs: goes although a send is not answered', () => {
    const session = live({ 'leave.withinMs': 30 });
    session.frame(sendFrame('send-001'));
    session.send({ t: 'leave', code: 4000, reason: 'maintenance' });
    session.advance(29);
    session.send({ t: 'leave', code: 4000, reason: 'maintenance' });
    expect(session.closes).toEqual([]);
    session.advance(1);
    expect(session.closes).toMatchObject([{ code: 4000 }]);
  });

  it('inbox.waitMs: an inbox is answered although an earlier `read` is not done', () => {
    const session = live({ 'inbox.waitMs': 30 });
    session.frame({ t: 'read', conv: 'c1', seq: 2 });
    session.frame({ t: 'inbox', id: 'inbox-01', limit: 20 });
    session.advance(29);
    expect(session.inbox.page.calls).toHaveLength(0);
    session.advance(1);
    expect(session.inbox.page.calls).toHaveLength(1);
  });

  it('replay.retryMs: reads again after a store that failed', () => {
    const session = live({ 'replay.retryMs': 40, 'gap.holdMs': 0 });
    session.send(notice(4, 4));
    session.advance(0);
    session.send({ t: 'replay-failed', conv: 'c1', from: 3, fault: fault('store.unavailable', 'no') });
    session.advance(39);
    expect(session.told).toHaveLength(1);
    session.advance(1);
    expect(session.told).toHaveLength(2);
    session.send({ t: 'replayed', from: 3, standing: standing({ last: 4 }), entries: shared(3, 4) });
    session.frame(ack(4));
    expect(seqsOf(session.take())).toEqual([3, 4]);
  });

  it('inFlight.requests: pages and new conversations go one at a time, in order; more than that wait not', () => {
    const session = live({ 'inFlight.requests': 2, 'effect.deadlineMs': 50 });
    const page = (n: number) => ({ t: 'history', id: `page-000${n}`, conv: 'c1', limit: 50 }) as const;
    const answer = (n: number) =>
      ({ t: 'page', id: `page-000${n}`, conv: 'c1', entries: [], more: false, last: 2 }) as const;
    session.frame(page(1));
    session.frame({ t: 'open', id: 'open-001', members: ['dora'] });
    session.frame(page(2));
    session.frame(page(3));
    expect(session.take()).toMatchObject([{ code: 'gateway.rate_limited', id: 'page-0003', of: 'history' }]);
    expect(session.told).toHaveLength(1);
    session.send(answer(1));
    expect(session.told.map(({ message }) => message.t)).toEqual(['history', 'open']);
    session.send({ t: 'refused', conv: 'd', of: 'open', id: 'open-001', fault: fault('store.unavailable', 'no') });
    expect(session.told.map(({ message }) => message.t)).toEqual(['history', 'open', 'history']);
    // Nobody answers this one: the next does not wait for ever.
    session.frame(page(4));
    session.advance(99);
    expect(session.told).toHaveLength(3);
    session.advance(1);
    expect(session.told).toHaveLength(4);
  });

  it('G1 send.user.perSecond and frames.overMs: refused with the time to wait, closed with 4002 who insists', () => {
    const session = live({ 'send.user.perSecond': 1, 'frames.overMs': 2_000 });
    for (let n = 0; n < 3; n += 1) session.frame(sendFrame(`send-00${n}`));
    expect(session.told).toHaveLength(2);
    expect(session.take()).toMatchObject([
      { id: 'send-002', of: 'send', code: 'gateway.rate_limited', effect: 'none', retryAfterMs: 1_000 },
    ]);
    for (let n = 0; n < 5; n += 1) {
      session.advance(500);
      session.frame(sendFrame(`send-10${n}`));
      session.frame(sendFrame(`send-20${n}`));
    }
    expect(session.closes).toMatchObject([{ code: 4002 }]);
  });
});
