/** Sends that were queued: answered at once, and `stored` when their number passes, wherever the device is by then. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
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

  it("'owed.lookMs': whose number has passed unseen is looked up after that time, and answered", () => {
    const session = live({ 'owed.lookMs': 2_000 });
    session.frame(send('id-00001'));
    session.frame(send('id-00002'));
    session.send({ t: 'queued', conv: 'c1', ids: ['id-00001', 'id-00002'] });
    session.take();
    session.advance(1_999);
    expect(session.pending.numbersOf.calls).toEqual([]);
    session.advance(1);
    expect(session.pending.numbersOf.calls[0]?.args).toEqual(['c1', 'bob', ['id-00001', 'id-00002']]);
    session.pending.numbersOf.take().answer(new Map([['id-00001', { seq: 2, mid: 'mid-2', at: 2 }]]));
    session.settle();
    expect(session.take()).toEqual([{ t: 'stored', id: 'id-00001', conv: 'c1', seq: 2, mid: 'mid-2', at: 2 }]);
    // There may be more at once; then only every now and then, and no longer than something is owed.
    session.pending.numbersOf.take().answer(new Map());
    session.settle();
    session.send(drained(3, 'id-00002'));
    expect(session.take()).toMatchObject([{ t: 'stored', id: 'id-00002', seq: 3 }]);
    session.advance(60_000);
    expect(session.pending.numbersOf.calls).toHaveLength(2);
  });

  it('what cannot be looked up now is looked up again', () => {
    const session = live({ 'owed.lookMs': 2_000 });
    session.frame(send('id-00001'));
    session.send({ t: 'queued', conv: 'c1', ids: ['id-00001'] });
    for (let turn = 1; turn <= 3; turn += 1) {
      session.advance(2_000);
      expect(session.pending.numbersOf.calls).toHaveLength(turn);
      session.pending.numbersOf.take().fail(fault('store.unavailable', 'away'));
      session.settle();
    }
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
