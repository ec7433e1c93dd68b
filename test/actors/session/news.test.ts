/** What a session sends unasked besides messages: receipts, typing, presence; and the inbox it is asked for. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { InboxItem } from '#contract/inbox';
import type { Receipt } from '#contract/ports/bus';
import { sharedMessage } from '#actors/wire';
import { entry } from '#test/actors/kit';
import { ack, enter, notice, shared, standing, start } from '#test/actors/session/scene';
import type { Session } from '#test/actors/session/scene';

const receipt = (seq: number, changed: Partial<Receipt> = {}) =>
  ({
    t: 'receipt',
    receipt: { conv: 'c1', kind: 'delivered', user: 'alice', seq, to: ['bob'], origin: null, ...changed },
  }) as const;

const live = (): Session => {
  const session = start();
  enter(session, { last: { c1: { seq: 5, since: 2 } }, stored: { c1: 5 } });
  session.take();
  return session;
};

describe('receipts', () => {
  it('go out as they come, and never fall', () => {
    const session = live();
    for (const seq of [3, 3, 2, 5, 4]) session.send(receipt(seq));
    session.send(receipt(4, { kind: 'read' }));
    expect(session.take()).toEqual([
      { t: 'delivered', conv: 'c1', user: 'alice', seq: 3 },
      { t: 'delivered', conv: 'c1', user: 'alice', seq: 5 },
      { t: 'read', conv: 'c1', user: 'alice', seq: 4 },
    ]);
  });

  it('are not sent to the connection that read, for numbers below `since`, or for a conversation that was left', () => {
    const session = live();
    session.send(receipt(4, { kind: 'read', user: 'bob', origin: 'connection-1' }));
    session.send(receipt(1));
    session.send(notice(6, 6, { recipients: ['alice'], removed: ['bob'] }));
    session.take();
    session.send(receipt(5));
    expect(session.take()).toEqual([]);
  });

  it('one’s own `read` of another device goes out, unless this one has read further', () => {
    const session = live();
    session.frame({ t: 'read', conv: 'c1', seq: 4 });
    expect(session.told).toMatchObject([{ conv: 'c1', message: { t: 'read', seq: 4 } }]);
    session.send(receipt(3, { kind: 'read', user: 'bob', origin: 'other' }));
    session.send(receipt(5, { kind: 'read', user: 'bob', origin: 'other' }));
    expect(session.take()).toEqual([{ t: 'read', conv: 'c1', user: 'bob', seq: 5 }]);
  });

  it('after `resumed` come the newest positions of the others, whoever wrote what; live ones wait for it', () => {
    const session = start();
    enter(session, { cursors: { c1: 4 }, last: { c1: { seq: 5, since: 1 } }, truth: { c1: 5 } });
    session.take();
    session.send(receipt(5));
    expect(session.take()).toEqual([]);
    session.send({ t: 'replayed', from: 5, standing: standing({ last: 5 }), entries: shared(5) });
    session.take();
    session.advance(0);
    const asked = session.receipts.of.take();
    expect(asked.args).toEqual([['c1'], 32]);
    const reached = {
      alice: { delivered: 5, read: 3 },
      bob: { delivered: 5, read: 5 },
      carol: { delivered: 0, read: 0 },
    };
    asked.answer(new Map([['c1', new Map(Object.entries(reached))]]));
    session.settle();
    expect(session.take()).toEqual([
      { t: 'delivered', conv: 'c1', user: 'alice', seq: 5 },
      { t: 'read', conv: 'c1', user: 'alice', seq: 3 },
    ]);
  });

  it('positions that could not be read are asked for again', () => {
    const session = start();
    enter(session, { cursors: { c1: 5 }, last: { c1: { seq: 5, since: 1 } }, truth: { c1: 5 } });
    session.advance(0);
    session.receipts.of.take().fail(fault('store.unavailable', 'no'));
    session.settle();
    session.advance(1_000);
    expect(session.receipts.of.take().args[0]).toEqual(['c1']);
  });

  it('a device that holds more than is known of its user says so: a crash took it back', () => {
    const session = start();
    const last = { c1: { seq: 5, since: 1 } };
    enter(session, { cursors: { c1: 5 }, stored: { c1: 5 }, last, truth: { c1: 5 } });
    session.advance(0);
    expect(session.delivered).toEqual([]);
    session.receipts.of.take().answer(new Map([['c1', new Map([['bob', { delivered: 3, read: 0 }]])]]));
    session.settle();
    expect(session.delivered).toEqual([{ conv: 'c1', seq: 5 }]);
  });

  it('C20 what `hello` newly acknowledges is told to the conversation', () => {
    const session = start();
    const last = { c1: { seq: 5, since: 1 } };
    enter(session, { cursors: { c1: 5 }, stored: { c1: 3 }, last, truth: { c1: 5 } });
    expect(session.delivered).toEqual([{ conv: 'c1', seq: 5 }]);
  });

  it('a client that does not read is told the newest positions when it does', () => {
    const session = live();
    session.buffer(1_048_576);
    session.send(receipt(4));
    session.advance(100);
    expect(session.take()).toEqual([]);
    session.buffer(0);
    session.advance(100);
    session.receipts.of.take().answer(new Map([['c1', new Map([['alice', { delivered: 5, read: 0 }]])]]));
    session.settle();
    expect(session.take()).toEqual([{ t: 'delivered', conv: 'c1', user: 'alice', seq: 5 }]);
  });

  it('an acknowledgement tells the conversation what the device holds; a lower one does not', () => {
    const session = live();
    session.send(notice(6, 7));
    session.frame(ack(7));
    session.frame(ack(6));
    expect(session.delivered).toEqual([{ conv: 'c1', seq: 7 }]);
  });
});

describe('typing', () => {
  it('goes out once per typing.everyMs, user and conversation, however many nodes say so', () => {
    const session = live();
    const types = { t: 'types', conv: 'c1', user: 'alice' } as const;
    session.send(types);
    session.advance(2_999);
    session.send(types);
    session.advance(1);
    session.send(types);
    session.send({ ...types, conv: 'strange' });
    expect(session.take()).toEqual([
      { t: 'typing', conv: 'c1', user: 'alice' },
      { t: 'typing', conv: 'c1', user: 'alice' },
    ]);
  });
});

describe('presence', () => {
  const states = [{ user: 'alice', state: 'online', lastSeenAt: 7 }] as const;

  it('watches through the presence actor, and shows what it says', () => {
    const session = live();
    session.frame({ t: 'watch', users: ['alice', 'alice', 'carol'] });
    expect(session.presence.heard.at(-1)).toMatchObject({ t: 'watch', user: 'bob', users: ['alice', 'carol'] });
    session.send({ t: 'presence', states });
    expect(session.take()).toEqual([{ t: 'presence', user: 'alice', state: 'online', lastSeenAt: 7 }]);
  });

  it('a change of members is a reason to look again, for those who watch', () => {
    const session = live();
    const change = (seq: number) => {
      const event = { add: ['carol'], remove: [] };
      session.send({ ...notice(seq, seq), messages: [sharedMessage('c1', entry(seq, { body: '', event }))] });
    };
    change(6);
    expect(session.presence.heard).toHaveLength(1);
    session.frame({ t: 'watch', users: ['carol'] });
    change(7);
    expect(session.presence.heard.at(-1)).toEqual({ t: 'look-again', session: 's1' });
  });

  it('a client that does not read is told again when it does', () => {
    const session = live();
    session.frame({ t: 'watch', users: ['alice'] });
    session.buffer(1_048_576);
    session.send({ t: 'presence', states });
    session.advance(100);
    session.buffer(0);
    expect(session.take()).toEqual([]);
    session.advance(100);
    expect(session.presence.heard.filter(({ t }) => t === 'watch')).toHaveLength(2);
  });
});

describe('the inbox', () => {
  const item: InboxItem = {
    ...{ conv: 'c1', kind: 'direct', members: ['alice'], since: 1, seq: 5, at: 9, preview: 'hello', unread: 2 },
  };

  it('is a page of the port, with `next` where there is more', () => {
    const session = live();
    session.frame({ t: 'inbox', id: 'inbox-01', limit: 1 });
    const asked = session.inbox.page.take();
    expect(asked.args).toEqual(['bob', 1, undefined]);
    asked.answer({ items: [item], next: { at: 9, conv: 'c1' }, source: 'embedded' });
    session.settle();
    expect(session.take()).toEqual([{ t: 'inbox', id: 'inbox-01', items: [item], next: '9_c1', source: 'embedded' }]);
    session.frame({ t: 'inbox', id: 'inbox-02', limit: 1, page: { at: 9, conv: 'c1' } });
    session.inbox.page.take().answer({ items: [], next: null, source: 'embedded' });
    session.settle();
    expect(session.take()).toEqual([{ t: 'inbox', id: 'inbox-02', items: [], source: 'embedded' }]);
  });

  it('waits for the `read`s before it', () => {
    const session = live();
    session.frame({ t: 'read', conv: 'c1', seq: 5 });
    session.frame({ t: 'inbox', id: 'inbox-01', limit: 20 });
    expect(session.inbox.page.calls).toHaveLength(0);
    session.send({ t: 'read-done' });
    expect(session.inbox.page.calls).toHaveLength(1);
  });

  it('a store that fails is said, and when to ask again', () => {
    const session = live();
    session.frame({ t: 'inbox', id: 'inbox-01', limit: 20 });
    session.inbox.page.take().fail(fault('store.unavailable', 'no'));
    session.settle();
    expect(session.take()).toMatchObject([
      { t: 'error', id: 'inbox-01', of: 'inbox', code: 'store.unavailable', effect: 'none', retryAfterMs: 1_000 },
    ]);
  });
});
