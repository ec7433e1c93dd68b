/** A conversation actor while the store is away: what is queued, in which order, and what has to wait. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { ToDrainer } from '#actors/messages';
import { recorder } from '#testkit/probe';
import { appended, load, start, submit } from '#test/actors/conversation/scene';
import { asker, heldPending, item, member, numbered } from '#test/actors/kit';

const away = fault('store.unavailable', 'away', 'none');
const lostAnswer = fault('store.unavailable', 'no answer', 'unknown');

/** An actor that knows its members and has been told once that entries are queued. */
const buffering = (limits: Parameters<typeof start>[0] = {}) => {
  const pending = heldPending();
  const actor = start(limits, { pending });
  const alice = asker('alice');
  actor.send(submit(alice, 'id-00001'));
  load(actor);
  const mustQueue = () => {
    actor.store.append.take().answer({ kind: 'queue' });
    actor.settle();
  };
  const isQueued = () => {
    pending.queue.take().answer(undefined);
    actor.settle();
  };
  return { ...actor, pending, alice, mustQueue, isQueued };
};

const drainer = () => recorder<ToDrainer>('drainer');

const draft = (id: string, from = 'alice') => ({
  ...{ mid: `mid ${id}`, from, device: 'phone', id, body: id, cause: '', queued: true as const },
});

describe('buffering', () => {
  it('D26 queues a group that must wait behind others, and answers `queued` once the log has it', () => {
    const { alice, mustQueue, isQueued, pending } = buffering();
    mustQueue();
    expect(alice.reply.take()).toEqual([]);
    expect(pending.queue.calls[0]?.args).toMatchObject(['c1', [{ id: 'id-00001', from: 'alice', queued: true }], 0]);
    isQueued();
    expect(alice.reply.take()).toEqual([{ t: 'queued', conv: 'c1', ids: ['id-00001'] }]);
  });

  it('D15 D26 queues what the store does not take in append.tries tries; while it is away, after one', () => {
    const actor = buffering({ 'append.tries': 2 });
    actor.store.append.take().fail(lostAnswer);
    actor.settle();
    actor.advance(1_000);
    actor.store.append.take().fail(away);
    actor.settle();
    actor.isQueued();
    actor.send(submit(actor.alice, 'id-00002'));
    actor.store.append.take().fail(away);
    actor.settle();
    actor.isQueued();
    expect(actor.alice.reply.take().map(({ t }) => t)).toEqual(['queued', 'queued']);
  });

  it('one produce at a time: what comes meanwhile waits, and goes to the store first', () => {
    const actor = buffering();
    actor.mustQueue();
    actor.send(submit(actor.alice, 'id-00002'));
    actor.send(submit(actor.alice, 'id-00003'));
    expect(actor.store.append.calls).toHaveLength(1);
    actor.isQueued();
    expect(actor.store.append.calls).toHaveLength(2);
    expect(actor.store.append.calls[1]?.args[0].drafts.map(({ id }) => id)).toEqual(['id-00002', 'id-00003']);
    appended(actor, 2, numbered(1), numbered(2));
    expect(actor.alice.reply.take().map(({ t }) => t)).toEqual(['queued', 'stored']);
    // No longer buffering: one failure is not enough to queue again.
    actor.send(submit(actor.alice, 'id-00004'));
    actor.store.append.take().fail(away);
    actor.settle();
    actor.advance(1_000);
    expect(actor.store.append.calls).toHaveLength(4);
    expect(actor.pending.queue.calls).toHaveLength(1);
  });

  it('what can neither be stored nor queued is refused, with all behind it; in doubt where a try was', () => {
    const actor = buffering({ 'append.tries': 1 });
    actor.send(submit(actor.alice, 'id-00002'));
    actor.store.append.take().fail(lostAnswer);
    actor.settle();
    actor.pending.queue.take().fail(away);
    actor.settle();
    expect(actor.alice.reply.take()).toMatchObject([
      { t: 'refused', id: 'id-00001', fault: { code: 'store.unavailable', effect: 'unknown' } },
      { t: 'refused', id: 'id-00002', fault: { code: 'store.unavailable', effect: 'none' } },
    ]);
  });

  it('a change of members does not queue', () => {
    const actor = buffering();
    const add = ['carol'];
    appended(actor, 1, numbered(1));
    actor.alice.reply.take();
    actor.send({ t: 'change', asker: actor.alice, id: 'change-1', add, remove: [] });
    actor.members.inAtLeast.take().answer(new Set());
    actor.settle();
    actor.mustQueue();
    expect(actor.pending.queue.calls).toEqual([]);
    expect(actor.alice.reply.take()).toMatchObject([{ t: 'refused', of: 'members', fault: { effect: 'none' } }]);
  });

  it('a strong read that fails refuses those whose rights are not known, and nobody else', () => {
    const actor = buffering();
    actor.mustQueue();
    actor.send(submit(asker('alice'), 'id-00002'));
    const carol = asker('carol');
    actor.send(submit(carol, 'id-00003'));
    actor.send({ t: 'stand', asker: carol });
    actor.isQueued();
    actor.store.item.take().fail(away);
    actor.settle();
    expect(carol.reply.take()).toMatchObject([{ t: 'stand-failed' }, { t: 'refused', id: 'id-00003' }]);
    expect(actor.store.append.calls[1]?.args[0].drafts.map(({ id }) => id)).toEqual(['id-00002']);
  });
});

describe('draining what was queued', () => {
  it('D15 stores a batch in its order, ahead of new sends, each once, and tells the drainer', () => {
    const pending = heldPending();
    const actor = start({ 'append.group': 2 }, { pending });
    const reply = drainer();
    const bob = asker('bob');
    actor.send(submit(bob, 'id-00009'));
    actor.send({ t: 'drain', batch: 7, drafts: ['a', 'b', 'a', 'c'].map((id) => draft(id)), reply });
    load(actor);
    expect(actor.store.append.calls[0]?.args[0]).toMatchObject({ drained: true, drafts: [{ id: 'a' }, { id: 'b' }] });
    appended(actor, 2, numbered(1), numbered(2));
    expect(reply.take()).toEqual([]);
    expect(actor.store.append.calls[1]?.args[0]).toMatchObject({ drained: true, drafts: [{ id: 'c' }] });
    appended(actor, 3, numbered(3));
    expect(reply.take()).toEqual([{ t: 'batch-stored', batch: 7 }]);
    expect(actor.store.append.calls[2]?.args[0]).not.toHaveProperty('drained');
    expect(actor.delivery.take()[0]).toMatchObject({
      notices: [{ entries: [{ id: 'a', queued: true }, { id: 'b' }] }],
    });
  });

  it('D22 what was stored before it was queued keeps its number and is not told again', () => {
    const actor = start({}, { pending: heldPending() });
    const reply = drainer();
    actor.send({ t: 'drain', batch: 1, drafts: [draft('a')], reply });
    load(actor);
    appended(actor, 4, numbered(2, true));
    expect(reply.take()).toEqual([{ t: 'batch-stored', batch: 1 }]);
    expect(actor.store.append.calls).toHaveLength(1);
  });

  it('rights are those of the moment when it was queued: one who left since is stored all the same', () => {
    const actor = start({}, { pending: heldPending() });
    const reply = drainer();
    actor.send({ t: 'drain', batch: 1, drafts: [draft('a', 'carol')], reply });
    load(actor, item({ lastSeq: 5, memVersion: 3, fannedTo: 5 }), [member('alice'), member('carol', 1, 5)]);
    expect(actor.store.append.calls[0]?.args[0]).toMatchObject({ expected: 5, drafts: [{ from: 'carol' }] });
  });

  it('goes on after a loss; what the store does not take comes again, and all behind it', () => {
    const actor = start({ 'append.tries': 1 }, { pending: heldPending() });
    const reply = drainer();
    actor.send({ t: 'drain', batch: 1, drafts: [draft('a')], reply });
    actor.send({ t: 'drain', batch: 2, drafts: [draft('b')], reply });
    load(actor);
    actor.store.append.take().answer({ kind: 'conflict', item: item({ lastSeq: 1, fannedTo: 1 }) });
    actor.settle();
    actor.advance(1_000);
    expect(actor.store.append.calls[1]?.args[0]).toMatchObject({ expected: 1, drained: true });
    actor.store.append.take().fail(away);
    actor.settle();
    expect(reply.take()).toEqual([
      { t: 'batch-failed', batch: 1 },
      { t: 'batch-failed', batch: 2 },
    ]);
  });

  it('lost too often: it comes again, and what was to be tried again meanwhile is not tried twice', () => {
    const actor = start({ 'append.losses': 1 }, { pending: heldPending() });
    const reply = drainer();
    actor.send({ t: 'drain', batch: 1, drafts: [draft('a')], reply });
    load(actor);
    for (const lastSeq of [1, 2]) {
      actor.store.append.take().answer({ kind: 'conflict', item: item({ lastSeq, fannedTo: lastSeq }) });
      actor.settle();
      if (lastSeq === 1) actor.advance(1_000);
    }
    expect(reply.take()).toEqual([{ t: 'batch-failed', batch: 1 }]);
    actor.send({ t: 'drain', batch: 2, drafts: [draft('a')], reply });
    actor.advance(1_000);
    expect(actor.store.append.calls).toHaveLength(3);
    appended(actor, 3, numbered(3));
    expect(reply.take()).toEqual([{ t: 'batch-stored', batch: 2 }]);
  });

  it('a batch that failed while it was on its way is not taken for the one that came after it', () => {
    const actor = start({}, { pending: heldPending() });
    const reply = drainer();
    actor.send({ t: 'drain', batch: 1, drafts: [draft('a')], reply });
    load(actor);
    actor.send({ t: 'stand', asker: asker('alice') });
    actor.store.item.take().answer(item({ memVersion: 9 }));
    actor.settle();
    actor.members.of.take().fail(away);
    actor.settle();
    expect(reply.take()).toEqual([{ t: 'batch-failed', batch: 1 }]);
    actor.send({ t: 'drain', batch: 2, drafts: [draft('a'), draft('b')], reply });
    appended(actor, 1, numbered(1));
    expect(reply.take()).toEqual([]);
    expect(actor.store.append.calls.at(-1)?.args[0]).toMatchObject({ drafts: [{ id: 'a' }, { id: 'b' }] });
    appended(actor, 2, numbered(1, true), numbered(2));
    expect(reply.take()).toEqual([{ t: 'batch-stored', batch: 2 }]);
  });

  it('a store that was restored, and knows less: the actor forgets what it knew, and goes on from there', () => {
    const actor = start({}, { pending: heldPending() });
    const reply = drainer();
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor, item({ lastSeq: 5, fannedTo: 5 }));
    actor.send({ t: 'drain', batch: 1, drafts: [draft('a')], reply });
    actor.store.append.take().answer({ kind: 'conflict', item: item({ lastSeq: 4, fannedTo: 4 }) });
    actor.settle();
    expect(alice.reply.take()).toMatchObject([{ t: 'refused', id: 'id-00001' }]);
    expect(reply.take()).toEqual([{ t: 'batch-failed', batch: 1 }]);
    actor.advance(1_000);
    actor.send(submit(alice, 'id-00001'));
    load(actor, item({ lastSeq: 4, fannedTo: 4 }));
    expect(actor.store.append.calls.at(-1)?.args[0]).toMatchObject({ expected: 4, drafts: [{ id: 'id-00001' }] });
  });

  it('an actor that stops hands its batches back, and one that has some is not passivated', () => {
    const actor = start({}, { pending: heldPending() });
    const reply = drainer();
    actor.send({ t: 'drain', batch: 1, drafts: [draft('a')], reply });
    load(actor);
    actor.system.stop();
    expect(reply.take()).toEqual([{ t: 'batch-failed', batch: 1 }]);
  });
});
