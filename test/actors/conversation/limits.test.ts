/** Limits of a conversation actor, each overflowed with a lowered value. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import { appended, load, start, submit } from '#test/actors/conversation/scene';
import { asker, entry, item, numbered } from '#test/actors/kit';

describe('a conversation keeps', () => {
  it('append.tries, append.retryMs: waits, tries the same group again, then says that nobody knows', () => {
    const actor = start({ 'append.tries': 2, 'append.retryMs': 16 });
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    actor.store.append.take().fail(fault('store.unavailable', 'no', 'unknown'));
    actor.settle();
    expect(actor.store.append.calls).toHaveLength(1);
    // The wait is drawn at random: below append.retryMs doubled with each try.
    actor.advance(32);
    expect(actor.store.append.calls).toHaveLength(2);
    actor.store.append.take().fail(fault('store.unavailable', 'no', 'unknown'));
    actor.settle();
    actor.advance(10_000);
    expect(actor.store.append.calls).toHaveLength(2);
    expect(alice.reply.take()).toMatchObject([
      { t: 'refused', fault: { code: 'store.unavailable', effect: 'unknown' } },
    ]);
  });

  it('fanout.retryMs: a fan-out that failed waits', () => {
    const actor = start({ 'fanout.retryMs': 20 });
    actor.send(submit(asker('alice'), 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    actor.bus.fanOut.take().fail(fault('store.unavailable', 'no bus'));
    actor.settle();
    actor.advance(19);
    expect(actor.store.read.calls).toHaveLength(0);
    actor.advance(1);
    expect(actor.store.read.calls).toHaveLength(1);
  });

  it('fanout.held: entries beyond it are read from the store when their turn comes', () => {
    const actor = start({ 'fanout.held': 1 });
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    for (const id of ['id-00002', 'id-00003']) actor.send(submit(alice, id));
    appended(actor, 1, numbered(1));
    appended(actor, 3, numbered(2), numbered(3));
    actor.bus.fanOut.take().answer(undefined);
    actor.settle();
    expect(actor.bus.fanOut.take().args[2]).toMatchObject([{ from: 2, to: 2 }]);
    actor.bus.fanOut.calls[1]?.answer(undefined);
    actor.settle();
    expect(actor.store.read.take().args[0]).toMatchObject({ from: 3, to: 3 });
  });

  it('fanout.batch: a longer backlog goes in several steps', () => {
    const actor = start({ 'fanout.batch': 2 });
    actor.send({ t: 'sweep' });
    load(actor, item({ lastSeq: 3, fannedTo: 0, dirtySince: 0 }));
    const first = actor.store.read.take();
    expect(first.args[0]).toMatchObject({ from: 1, to: 2, limit: 2 });
    first.answer([entry(1), entry(2)]);
    actor.settle();
    actor.bus.fanOut.take().answer(undefined);
    actor.settle();
    expect(actor.store.read.take().args[0]).toMatchObject({ from: 3, to: 3 });
  });

  it('typing.everyMs: dropped, of one user within this time', () => {
    const actor = start({ 'typing.everyMs': 50 });
    const bob = asker('bob');
    const types = (): number => {
      actor.send({ t: 'typing', asker: bob });
      if (actor.members.of.calls.length === 0) load(actor);
      else actor.store.item.take().answer(item());
      actor.settle();
      return actor.delivery.take().length;
    };
    expect(types()).toBe(1);
    actor.advance(49);
    expect(types()).toBe(0);
    actor.advance(1);
    expect(types()).toBe(1);
  });

  it('receipts.everyMs, receipts.members: collects for as long, and asks nothing where there are more members', () => {
    const actor = start({ 'receipts.everyMs': 5, 'receipts.members': 2 });
    actor.send({ t: 'stand', asker: asker('alice') });
    load(actor, item({ lastSeq: 5, fannedTo: 5 }));
    actor.send({ t: 'delivered', user: 'bob', seq: 5 });
    actor.advance(4);
    expect(actor.receipts.raise.calls).toHaveLength(0);
    actor.advance(1);
    expect(actor.receipts.raise.calls).toHaveLength(1);
  });
});
