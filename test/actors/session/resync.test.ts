/** How a session finds what it was not told. */
import { describe, expect, it } from 'vitest';
import type { LastKnown } from '#contract/ports/bus';
import { address, enter, shared, standing, start } from '#test/actors/session/scene';
import type { Session } from '#test/actors/session/scene';

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
