/** From hello to welcome. */
import { describe, expect, it } from 'vitest';
import { failed, fault } from '#contract/effects';
import { address, enter, start } from '#test/actors/session/scene';

describe('entering', () => {
  it('is attached to delivery before it reads where anything stands', () => {
    const session = start();
    session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map() });
    session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
    session.settle();
    session.bus.register.take().answer({ address, replaced: null, crowdedOut: null });
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
    expired.advance(3_604_999);
    expect(expired.closes).toEqual([]);
    expired.advance(1);
    for (const { closes } of [silent, refused, expired]) expect(closes).toMatchObject([{ code: 4101 }]);
  });

  it('tells the older connection of the device that it is replaced, once this one is welcomed', () => {
    const session = start();
    session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map() });
    session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
    session.settle();
    const old = { ...address, node: 'n2', epoch: 6 };
    session.bus.register.take().answer({ address, replaced: old, crowdedOut: null });
    session.settle();
    expect(session.bus.publish.calls).toHaveLength(0);
    session.positions.open.take().answer({ known: true, cursors: new Map() });
    session.settle();
    session.bus.resync.take().answer({ last: new Map(), current: address });
    session.settle();
    expect(session.bus.publish.calls[0]?.args).toMatchObject(['n2', { t: 'replaced', old }]);
  });

  it('tells the device longest connected to go, where the user has more than devices.user', () => {
    const session = start({ 'devices.user': 3 });
    session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map() });
    session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
    session.settle();
    const register = session.bus.register.take();
    expect(register.args[2]).toBe(3);
    const oldest = { ...address, device: 'tablet', session: 's0', epoch: 1 };
    register.answer({ address, replaced: null, crowdedOut: oldest });
    session.settle();
    session.positions.open.take().answer({ known: true, cursors: new Map() });
    session.settle();
    session.bus.resync.take().answer({ last: new Map(), current: address });
    session.settle();
    expect(session.delivery.heard.at(-1)).toMatchObject({ t: 'replaced', old: oldest });
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
