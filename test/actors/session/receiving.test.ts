/** What a session sends as `message`, and when it pauses. */
import { describe, expect, it } from 'vitest';
import type { LimitName } from '#contract/limits';
import { sharedMessage } from '#actors/wire';
import { ack, enter, notice, seqsOf, shared, standing, start } from '#test/actors/session/scene';
import { entry } from '#test/actors/kit';

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

  it('pauses well before socket.bufferedBytes and goes on when the client has read', () => {
    const session = live();
    session.buffer(1_048_576);
    session.send(notice(3, 5));
    expect(seqsOf(session.take())).toEqual([3]);
    session.frame(ack(3));
    session.advance(1_000);
    expect(session.told).toEqual([]);
    session.buffer(0);
    session.advance(100);
    expect(session.told).toMatchObject([{ message: { t: 'replay', from: 4 } }]);
  });

  it('a number that is its own stored one is left out of the stream', () => {
    const session = live();
    session.frame({ t: 'send', id: 'id-0003', conv: 'c1', body: 'x' });
    session.send({
      t: 'stored',
      conv: 'c1',
      answers: [{ id: 'id-0003', seq: 3, mid: 'mid-3', at: 3, duplicate: false }],
    });
    session.send(notice(3, 4));
    expect(session.take().map((frame) => [frame.t, 'seq' in frame && frame.seq])).toEqual([
      ['stored', 3],
      ['message', 4],
    ]);
  });

  it('answers a send whose number arrives as a notice before its answer, once', () => {
    const session = live();
    session.frame({ t: 'send', id: 'id-0003', conv: 'c1', body: 'x' });
    const mine = sharedMessage('c1', entry(3, { from: 'bob', id: 'id-0003' }));
    session.send({ ...notice(3, 3), messages: [mine] });
    session.send({
      t: 'stored',
      conv: 'c1',
      answers: [{ id: 'id-0003', seq: 3, mid: 'mid-3', at: 3, duplicate: false }],
    });
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

  it('saves positions one after the other, several acknowledgements together, the rest at the end', () => {
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

  it('shows no number as `message` that it answered before it had heard of the conversation', () => {
    const session = start();
    enter(session);
    session.frame({ t: 'send', id: 'send-001', conv: 'c1', body: 'x' });
    session.send({
      t: 'stored',
      conv: 'c1',
      answers: [{ id: 'send-001', seq: 1, mid: 'mid-1', at: 1, duplicate: false }],
    });
    session.take();
    session.send(notice(0, 0, { added: ['alice', 'bob'], entries: [], recipients: [], members: ['alice', 'bob'] }));
    const own = sharedMessage('c1', entry(1, { from: 'bob', id: 'send-001' }));
    session.send({ ...notice(1, 2), messages: [own, ...shared(2)] });
    expect(seqsOf(session.take())).toEqual([2]);
  });
});
