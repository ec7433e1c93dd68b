/** Limits of a session, and how it ends. */
import { describe, expect, it } from 'vitest';
import { ok } from '#contract/effects';
import { address, enter, start } from '#test/actors/session/scene';

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
    session.send({ t: 'stored', conv: 'c1', answers: [{ id: 'send-001', seq: 1, mid: 'm', at: 1, duplicate: false }] });
    expect(session.closes).toMatchObject([{ code: 4000 }]);
  });

  it('counts as a device no more when its socket goes, and as online for session.graceMs', () => {
    const session = start();
    enter(session);
    session.advance(5);
    session.send({ t: 'lost' });
    expect(session.bus.unregister.calls[0]?.args[0]).toEqual(address);
    expect(session.presence.heard).toMatchObject([
      { t: 'came', user: 'bob' },
      { t: 'lost', user: 'bob' },
    ]);
    session.advance(9_999);
    expect(session.presence.heard).toHaveLength(2);
    session.advance(1);
    expect(session.presence.heard[2]).toEqual({ t: 'went', user: 'bob', session: 's1', at: 5 });
    expect(session.bus.unregister.calls).toHaveLength(1);
  });

  it('a failure closes the connection and never restarts under it', () => {
    const session = start();
    enter(session);
    session.bus.resync.calls[0]?.done(ok({ last: new Map(), current: null }));
    session.send({ t: 'replayed', from: 1, standing: undefined as never, entries: [] });
    expect(session.closes).toMatchObject([{ code: 1011 }]);
  });
});
