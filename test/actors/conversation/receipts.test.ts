/** Receipts and typing: who is told how far others have got, and when. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { LimitName } from '#contract/limits';
import type { Raised } from '#contract/ports/receipts';
import { appended, load, start, submit } from '#test/actors/conversation/scene';
import { asker, entry, item, member, numbered } from '#test/actors/kit';

const people = (count: number) => Array.from({ length: count }, (_, index) => member(`user${index}`));

const rise = (user: string, from: number, to: number, kind: 'delivered' | 'read' = 'delivered'): Raised => {
  const [before, after] = [from, to].map((seq) => ({ delivered: 0, read: 0, [kind]: seq }));
  return { user, before, after } as Raised;
};

/** An actor that knows a conversation of five numbers, all by alice. */
const scene = (users = [member('alice'), member('bob')], limits: Partial<Record<LimitName, number>> = {}) => {
  const actor = start(limits);
  actor.send({ t: 'stand', asker: asker('alice') });
  load(actor, item({ lastSeq: 5, fannedTo: 5 }), users);
  const authors = (by: (seq: number) => string = () => 'alice') => {
    const call = actor.store.read.take();
    const { from, to } = call.args[0];
    call.answer(Array.from({ length: to - from + 1 }, (_, index) => entry(from + index, { from: by(from + index) })));
    actor.settle();
    return { from, to };
  };
  const told = () => actor.delivery.take().flatMap((message) => (message.t === 'receipts' ? message.receipts : []));
  return { ...actor, authors, told };
};

describe('delivered', () => {
  it('is collected for receipts.everyMs, raised once, and told to the authors of what is newly covered', () => {
    const actor = scene();
    actor.send({ t: 'delivered', user: 'bob', seq: 3 });
    actor.advance(99);
    actor.send({ t: 'delivered', user: 'bob', seq: 5 });
    expect(actor.receipts.raise.calls).toHaveLength(0);
    actor.advance(1);
    const raise = actor.receipts.raise.take();
    expect(raise.args).toEqual(['c1', [{ user: 'bob', delivered: 5, read: 0 }]]);
    raise.answer([rise('bob', 2, 5)]);
    actor.settle();
    expect(actor.authors((seq) => (seq === 4 ? 'carol' : 'alice'))).toEqual({ from: 3, to: 5 });
    expect(actor.told()).toEqual([{ conv: 'c1', kind: 'delivered', user: 'bob', seq: 5, to: ['alice'], origin: null }]);
    expect(actor.bus.tell.take().args.slice(0, 2)).toEqual(['n1', ['alice']]);
  });

  it('is not told where nothing rose, and never to oneself', () => {
    const actor = scene();
    actor.send({ t: 'delivered', user: 'alice', seq: 5 });
    actor.advance(100);
    actor.receipts.raise.take().answer([rise('alice', 5, 5)]);
    actor.settle();
    actor.send({ t: 'delivered', user: 'alice', seq: 5 });
    actor.advance(100);
    actor.receipts.raise.take().answer([rise('alice', 0, 5)]);
    actor.settle();
    actor.authors();
    expect(actor.told()).toEqual([]);
  });

  it('covers the newest receipts.newest numbers at most', () => {
    const actor = scene(undefined, { 'receipts.newest': 2 });
    actor.send({ t: 'delivered', user: 'bob', seq: 5 });
    actor.advance(100);
    actor.receipts.raise.take().answer([rise('bob', 0, 5)]);
    actor.settle();
    expect(actor.authors((seq) => (seq === 4 ? 'alice' : 'nobody'))).toEqual({ from: 4, to: 5 });
    expect(actor.told()).toMatchObject([{ to: ['alice'] }]);
  });

  it('is not asked for in a conversation of more than receipts.members', () => {
    const actor = scene(people(4), { 'receipts.members': 3 });
    actor.send({ t: 'delivered', user: 'user1', seq: 5 });
    actor.advance(1_000);
    expect(actor.receipts.raise.calls).toHaveLength(0);
  });

  it('what could not be raised goes with the next', () => {
    const actor = scene();
    actor.send({ t: 'delivered', user: 'bob', seq: 5 });
    actor.advance(100);
    actor.receipts.raise.take().fail(fault('store.unavailable', 'no'));
    actor.settle();
    actor.advance(1_000);
    expect(actor.receipts.raise.take().args[1]).toEqual([{ user: 'bob', delivered: 5, read: 0 }]);
  });
});

describe('read', () => {
  const readTo = (actor: ReturnType<typeof scene>, who: ReturnType<typeof asker>, seq: number) => {
    actor.send({ t: 'read', asker: who, seq });
    actor.store.item.take().answer(item({ lastSeq: 5, fannedTo: 5 }));
    actor.settle();
  };

  it('is raised at once, then told to the authors and to one’s own other devices', () => {
    const actor = scene();
    const bob = asker('bob');
    readTo(actor, bob, 4);
    const raise = actor.receipts.raise.take();
    expect(raise.args).toEqual(['c1', [{ user: 'bob', read: 4 }]]);
    raise.answer([rise('bob', 3, 4, 'read')]);
    actor.settle();
    actor.advance(100);
    actor.authors();
    expect(actor.told()).toEqual([
      { conv: 'c1', kind: 'read', user: 'bob', seq: 4, to: ['alice', 'bob'], origin: bob.connection },
    ]);
    expect(bob.reply.take()).toEqual([{ t: 'read-done' }]);
  });

  it('a number beyond the end is bad_seq, a stranger is forbidden, and a store that fails is said', () => {
    const actor = scene();
    const [bob, carol] = [asker('bob'), asker('carol')];
    readTo(actor, bob, 6);
    readTo(actor, carol, 1);
    readTo(actor, bob, 1);
    actor.receipts.raise.take().fail(fault('store.unavailable', 'no', 'unknown'));
    actor.settle();
    expect(bob.reply.take()).toMatchObject([
      { t: 'refused', of: 'read', id: null, fault: { code: 'conversation.bad_seq' } },
      { t: 'refused', of: 'read', fault: { code: 'store.unavailable', effect: 'unknown' } },
    ]);
    expect(carol.reply.take()).toMatchObject([{ of: 'read', fault: { code: 'conversation.forbidden' } }]);
  });

  it('sending moves one’s own read position, before `stored` is answered', () => {
    const actor = start();
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    expect(actor.receipts.raise.take().args).toEqual(['c1', [{ user: 'alice', read: 1 }]]);
  });

  it('whoever takes over a fan-out raises the position of those who wrote', () => {
    const actor = start();
    actor.send({ t: 'sweep' });
    load(actor, item({ lastSeq: 2, fannedTo: 0, dirtySince: 0 }));
    actor.store.read.take().answer([entry(1), entry(2, { from: 'bob' })]);
    actor.settle();
    expect(actor.receipts.raise.take().args[1]).toEqual([
      { user: 'alice', read: 1 },
      { user: 'bob', read: 2 },
    ]);
  });
});

describe('typing', () => {
  const types = (actor: ReturnType<typeof scene>, who: ReturnType<typeof asker>) => {
    actor.send({ t: 'typing', asker: who });
    actor.store.item.take().answer(item({ lastSeq: 5, fannedTo: 5 }));
    actor.settle();
    return actor.delivery.take();
  };

  it('reaches the others, once per typing.everyMs and user', () => {
    const actor = scene([member('alice'), member('bob'), member('carol')]);
    const bob = asker('bob');
    expect(types(actor, bob)).toMatchObject([{ t: 'typing', conv: 'c1', user: 'bob', to: ['alice', 'carol'] }]);
    actor.advance(2_999);
    expect(types(actor, bob)).toEqual([]);
    expect(types(actor, asker('alice'))).toMatchObject([{ user: 'alice' }]);
    actor.advance(1);
    expect(types(actor, bob)).toMatchObject([{ user: 'bob' }]);
  });

  it('of a stranger is forbidden', () => {
    const actor = scene();
    const carol = asker('carol');
    expect(types(actor, carol)).toEqual([]);
    expect(carol.reply.take()).toMatchObject([{ of: 'typing', fault: { code: 'conversation.forbidden' } }]);
  });
});
