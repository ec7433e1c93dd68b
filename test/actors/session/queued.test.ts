/** Sends that were queued: answered at once, and `stored` when their number passes, wherever the device is by then. */
import { describe, expect, it } from 'vitest';
import type { LimitName } from '#contract/limits';
import { sharedMessage } from '#actors/wire';
import { enter, notice, start } from '#test/actors/session/scene';
import { entry } from '#test/actors/kit';

const live = (limits: Partial<Record<LimitName, number>> = {}) => {
  const session = start(limits);
  enter(session, { cursors: { c1: 2 }, last: { c1: { seq: 2, since: 1 } }, truth: { c1: 2 } });
  session.take();
  return session;
};

const send = (id: string) => ({ t: 'send', id, conv: 'c1', body: 'x' }) as const;

/** An entry of bob's phone, or of another device, that was queued. */
const drained = (seq: number, id: string, device = 'phone') => ({
  ...notice(seq, seq),
  messages: [sharedMessage('c1', entry(seq, { from: 'bob', id, device, queued: true }))],
});

describe('a send that is queued', () => {
  it('D26 is answered `queued` in its turn, and `stored` when its number passes, not as a message', () => {
    const session = live();
    session.frame(send('id-00001'));
    session.frame(send('id-00002'));
    session.send({ t: 'queued', conv: 'c1', ids: ['id-00001', 'id-00002'] });
    expect(session.take()).toEqual([
      { t: 'queued', id: 'id-00001', conv: 'c1' },
      { t: 'queued', id: 'id-00002', conv: 'c1' },
    ]);
    session.send(drained(3, 'id-00001'));
    session.send(drained(4, 'id-00002'));
    session.send(drained(4, 'id-00002'));
    expect(session.take()).toMatchObject([
      { t: 'stored', id: 'id-00001', seq: 3, mid: 'mid-3', at: 3 },
      { t: 'stored', id: 'id-00002', seq: 4 },
    ]);
  });

  it('gives its place among the sends in flight free', () => {
    const session = live({ 'inFlight.sends': 1 });
    session.frame(send('id-00001'));
    session.send({ t: 'queued', conv: 'c1', ids: ['id-00001'] });
    session.frame(send('id-00002'));
    expect(session.told.map(({ message }) => message.t)).toEqual(['submit', 'submit']);
  });

  it('C10 D26 on a later connection of the device comes as `stored` and as message, on another as message', () => {
    const session = live();
    session.send(drained(3, 'id-00001'));
    session.send(drained(4, 'id-00002', 'tablet'));
    expect(session.take()).toMatchObject([
      { t: 'stored', id: 'id-00001', seq: 3 },
      { t: 'message', seq: 3 },
      { t: 'message', seq: 4 },
    ]);
  });

  it('owed.sends: beyond that a queued send is shown as message too', () => {
    const session = live({ 'owed.sends': 1 });
    session.frame(send('id-00001'));
    session.frame(send('id-00002'));
    session.send({ t: 'queued', conv: 'c1', ids: ['id-00001', 'id-00002'] });
    session.take();
    session.send(drained(3, 'id-00001'));
    session.send(drained(4, 'id-00002'));
    expect(session.take()).toMatchObject([
      { t: 'stored', seq: 3 },
      { t: 'stored', seq: 4 },
      { t: 'message', seq: 4 },
    ]);
  });

  it('is nobody else’s: an answer for what was not sent here is not shown', () => {
    const session = live();
    session.send({ t: 'queued', conv: 'c1', ids: ['id-00009'] });
    expect(session.take()).toEqual([]);
  });
});
