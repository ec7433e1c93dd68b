/** Fan-out and its mark. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { Raised } from '#contract/ports/receipts';
import { appended, load, start, submit } from '#test/actors/conversation/scene';
import { asker, entry, item, member, numbered } from '#test/actors/kit';

/** Alice has read what she wrote. */
const read = (actor: ReturnType<typeof start>, seq: number): void => {
  const [before, after] = [0, seq].map((one) => ({ delivered: 0, read: one }));
  actor.receipts.raise.take().answer([{ user: 'alice', before, after } as Raised]);
  actor.settle();
};

describe('fan-out', () => {
  it('starts at the number after the mark, whoever appended', () => {
    const actor = start();
    actor.send({ t: 'sweep' });
    load(actor, item({ lastSeq: 3, fannedTo: 1, dirtySince: 2 }));
    expect(actor.store.read.take().args[0]).toMatchObject({ from: 2, to: 3, order: 'up' });
  });

  it('announces the creation first', () => {
    const actor = start();
    actor.send({ t: 'sweep' });
    load(actor, item({ lastSeq: 0, fannedTo: -1, dirtySince: 0 }));
    expect(actor.bus.fanOut.take().args[2]).toMatchObject([{ from: 0, to: 0, added: ['alice', 'bob'], entries: [] }]);
  });

  it('tells those whom an entry removes `removed` and nothing else', () => {
    const actor = start();
    actor.send({ t: 'sweep' });
    load(actor, item({ lastSeq: 2, fannedTo: 0, dirtySince: 0 }), [member('alice'), member('bob', 1, 2)]);
    const removal = entry(2, { body: '', event: { add: [], remove: ['bob'] } });
    actor.store.read.take().answer([entry(1), removal]);
    actor.settle();
    expect(actor.bus.fanOut.take().args[2]).toMatchObject([
      { from: 1, to: 1, recipients: ['alice', 'bob'], removed: [] },
      { from: 2, to: 2, recipients: ['alice'], removed: ['bob'] },
    ]);
  });

  it('writes the mark by itself when no append carries it, and not before its writers have read it', () => {
    const actor = start();
    actor.send(submit(asker('alice'), 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    actor.bus.fanOut.take().answer(undefined);
    actor.settle();
    actor.advance(1_000);
    expect(actor.store.markFanned.calls).toHaveLength(0);
    read(actor, 1);
    actor.advance(250);
    const mark = actor.store.markFanned.take();
    expect(mark.args).toEqual(['c1', { from: 1, to: 1 }]);
    mark.answer(item({ lastSeq: 1, fannedTo: 1 }));
    actor.settle();
    expect(actor.store.markFanned.calls).toHaveLength(1);
  });

  it('lets a finished fan-out ride on the next append', () => {
    const actor = start();
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    read(actor, 1);
    actor.bus.fanOut.take().answer(undefined);
    actor.send(submit(alice, 'id-00002'));
    expect(actor.store.append.calls[1]?.args[0].fanned).toEqual({ from: 1, to: 1 });
  });

  it('tries again when the bus fails', () => {
    const actor = start();
    actor.send(submit(asker('alice'), 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    actor.bus.fanOut.take().fail(fault('store.unavailable', 'no bus'));
    actor.settle();
    actor.advance(1_000);
    actor.store.read.take().answer([entry(1)]);
    actor.settle();
    expect(actor.bus.fanOut.calls).toHaveLength(2);
  });
});
