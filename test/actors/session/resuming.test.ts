/** What a session replays, and how it says so. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import { enter, notice, seqsOf, shared, standing, start } from '#test/actors/session/scene';

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
