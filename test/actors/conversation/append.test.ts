/** The append of a conversation actor: one group in flight, conflicts, doubts, refusals. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import { appended, load, start, submit } from '#test/actors/conversation/scene';
import { asker, item, member, numbered } from '#test/actors/kit';

describe('appending', () => {
  it('D7 answers `stored` only after the store has it', () => {
    const actor = start();
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    expect(alice.reply.take()).toEqual([]);
    expect(actor.delivery.take()).toEqual([]);
    appended(actor, 1, numbered(1));
    expect(alice.reply.take()).toMatchObject([{ t: 'stored', answers: [{ id: 'id-00001', seq: 1 }] }]);
    expect(actor.delivery.take()).toMatchObject([{ t: 'notices' }]);
  });

  it('lets arrivals wait while an append is in flight, then sends them as one group', () => {
    const actor = start();
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    for (const id of ['id-00002', 'id-00003', 'id-00004']) actor.send(submit(alice, id));
    expect(actor.store.append.calls).toHaveLength(1);
    appended(actor, 1, numbered(1));
    expect(actor.store.append.calls[1]?.args[0]).toMatchObject({ expected: 1, drafts: [{}, {}, {}] });
  });

  it('takes at most append.group drafts at once', () => {
    const actor = start({ 'append.group': 2 });
    const alice = asker('alice');
    for (let n = 1; n <= 5; n += 1) actor.tell(submit(alice, `id-0000${n}`));
    actor.settle();
    load(actor);
    expect(actor.store.append.calls[0]?.args[0].drafts).toHaveLength(2);
  });

  it('D4 K5 gives repeats inside one group one draft and one number', () => {
    const actor = start();
    const alice = asker('alice');
    actor.tell(submit(alice, 'id-00001'));
    actor.tell(submit(alice, 'id-00001'));
    actor.settle();
    load(actor);
    expect(actor.store.append.calls[0]?.args[0].drafts).toHaveLength(1);
    appended(actor, 1, numbered(1));
    const [answer] = alice.reply.take();
    expect(answer).toMatchObject({ t: 'stored', answers: [{ seq: 1 }, { seq: 1 }] });
  });

  it('refuses a stranger only after a strong read that began after the send', () => {
    const actor = start();
    const alice = asker('alice');
    const carol = asker('carol');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    actor.send(submit(carol, 'id-00002'));
    expect(carol.reply.take()).toEqual([]);
    actor.store.item.take().answer(item({ lastSeq: 1, memVersion: 1, fannedTo: 0 }));
    actor.settle();
    expect(carol.reply.take()).toMatchObject([
      { t: 'refused', fault: { code: 'conversation.forbidden', effect: 'none' } },
    ]);
  });

  it('accepts one who was added by another node meanwhile', () => {
    const actor = start();
    const carol = asker('carol');
    actor.send(submit(asker('alice'), 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    actor.send(submit(carol, 'id-00002'));
    const now = item({ lastSeq: 2, memVersion: 2, fannedTo: 2 });
    load(actor, now, [member('alice'), member('bob'), member('carol', 2)]);
    expect(actor.store.append.calls[1]?.args[0]).toMatchObject({ expected: 2, drafts: [{ from: 'carol' }] });
  });

  it('sends the identical group again after an outcome that is unknown, then says so', () => {
    const actor = start();
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    for (let tries = 0; tries < 3; tries += 1) {
      actor.store.append.take().fail(fault('store.unavailable', 'lost', tries === 0 ? 'unknown' : 'none'));
      actor.settle();
      actor.advance(1_000);
    }
    const requests = actor.store.append.calls.map(({ args }) => args[0]);
    expect(new Set(requests).size).toBe(1);
    expect(requests).toHaveLength(3);
    expect(alice.reply.take()).toMatchObject([
      { t: 'refused', id: 'id-00001', fault: { code: 'store.unavailable', effect: 'unknown', retryAfterMs: 1_000 } },
    ]);
  });

  it('D9 loses a conflict without writing, reads members again and forms the group anew', () => {
    const actor = start();
    const alice = asker('alice');
    const bob = asker('bob');
    actor.tell(submit(alice, 'id-00001'));
    actor.tell(submit(bob, 'id-00002'));
    actor.settle();
    load(actor);
    actor.store.append.take().answer({ kind: 'conflict', item: item({ lastSeq: 4, memVersion: 2, fannedTo: 4 }) });
    actor.settle();
    actor.advance(10_000);
    load(actor, item({ lastSeq: 4, memVersion: 2, fannedTo: 4 }), [member('alice'), member('bob', 1, 4)]);
    expect(actor.store.append.calls[1]?.args[0]).toMatchObject({ expected: 4, drafts: [{ from: 'alice' }] });
    expect(bob.reply.take()).toMatchObject([{ t: 'refused', fault: { code: 'conversation.forbidden' } }]);
  });

  it('gives up after append.losses conflicts in a row', () => {
    const actor = start({ 'append.losses': 2 });
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    for (let lost = 1; lost <= 3; lost += 1) {
      actor.store.append.take().answer({ kind: 'conflict', item: item({ lastSeq: lost, fannedTo: lost }) });
      actor.settle();
      actor.advance(10_000);
    }
    expect(alice.reply.take()).toMatchObject([{ t: 'refused', fault: { code: 'store.unavailable', effect: 'none' } }]);
  });

  it('refuses beyond conversation.held', () => {
    const actor = start({ 'conversation.held': 1 });
    const alice = asker('alice');
    actor.tell(submit(alice, 'id-00001'));
    actor.tell(submit(alice, 'id-00002'));
    actor.settle();
    expect(alice.reply.take()).toMatchObject([{ t: 'refused', id: 'id-00002', fault: { code: 'gateway.overloaded' } }]);
  });

  it('answers what it holds when it stops: unknown for what was in flight, none for the rest', () => {
    const actor = start();
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    actor.send(submit(alice, 'id-00002'));
    actor.system.stop();
    expect(alice.reply.take()).toMatchObject([
      { t: 'refused', id: 'id-00001', fault: { effect: 'unknown' } },
      { t: 'refused', id: 'id-00002', fault: { effect: 'none' } },
    ]);
  });
});
