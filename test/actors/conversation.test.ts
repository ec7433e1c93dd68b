/** The conversation actor alone: ports answered by hand, virtual time, one step after the other. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { LimitName } from '#contract/limits';
import { conversationBehaviour } from '#actors/conversation/behaviour';
import type { Submit } from '#actors/messages';
import { probe } from '#testkit/probe';
import {
  asker,
  entry,
  heldBus,
  heldMembers,
  heldStore,
  ids,
  item,
  limitsWith,
  member,
  neighbours,
  numbered,
} from '#test/actors/kit';

const start = (limits: Partial<Record<LimitName, number>> = {}) => {
  const store = heldStore();
  const members = heldMembers();
  const bus = heldBus();
  const { delivery } = neighbours();
  const kit = { node: 'n1', ports: { store, members, bus }, ids, limits: limitsWith(limits), delivery };
  const actor = probe(conversationBehaviour('c1', kit), { limits });
  return { store, members, bus, delivery, ...actor };
};

type Actor = ReturnType<typeof start>;

const submit = (from: ReturnType<typeof asker>, id: string): Submit => ({
  t: 'submit',
  asker: from,
  id,
  body: `body of ${id}`,
  meta: undefined,
});

/** Answers the first strong read. */
const load = ({ store, members, settle }: Actor, given = item(), users = [member('alice'), member('bob')]) => {
  store.item.take().answer(given);
  settle();
  members.of.take().answer({ memVersion: given.memVersion, members: users });
  settle();
};

const appended = ({ store, settle }: Actor, lastSeq: number, ...numbers: ReturnType<typeof numbered>[]) => {
  store.append
    .take()
    .answer({ kind: 'appended', item: item({ lastSeq, fannedTo: 0, dirtySince: 0 }), results: numbers });
  settle();
};

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

describe('changes of members', () => {
  const change = (from: ReturnType<typeof asker>, add: string[], remove: string[] = []) =>
    ({ t: 'change', asker: from, id: 'change-1', add, remove }) as const;

  it('answers at once what is so already', () => {
    const actor = start();
    const alice = asker('alice');
    actor.send(change(alice, ['bob']));
    load(actor);
    expect(alice.reply.take()).toMatchObject([{ t: 'members-are', standing: { members: ['alice', 'bob'], last: 0 } }]);
    expect(actor.store.append.calls).toHaveLength(0);
  });

  it('stores a change of more than event.members as several entries with one answer', () => {
    const actor = start({ 'event.members': 2 });
    const alice = asker('alice');
    actor.send(change(alice, ['u1', 'u2', 'u3']));
    load(actor);
    expect(actor.store.append.calls[0]?.args[0].drafts).toMatchObject([
      { id: 'change-1', event: { add: ['u1', 'u2'] } },
    ]);
    actor.store.append.take().answer({
      kind: 'appended',
      item: item({ lastSeq: 1, memVersion: 2, dirtySince: 0 }),
      results: [numbered(1)],
    });
    actor.settle();
    expect(alice.reply.take()).toEqual([]);
    expect(actor.store.append.calls[1]?.args[0].drafts).toMatchObject([{ event: { add: ['u3'], remove: [] } }]);
    actor.store.append.take().answer({
      kind: 'appended',
      item: item({ lastSeq: 2, memVersion: 3, dirtySince: 0 }),
      results: [numbered(2)],
    });
    actor.settle();
    const [answer] = alice.reply.take();
    expect(answer).toMatchObject({
      t: 'members-are',
      standing: { members: ['alice', 'bob', 'u1', 'u2', 'u3'], last: 2 },
    });
  });

  it('goes alone: the sends before it first, the sends after it against the new list', () => {
    const actor = start();
    const alice = asker('alice');
    const bob = asker('bob');
    actor.tell(submit(alice, 'id-00001'));
    actor.tell(change(alice, [], ['bob']));
    actor.tell(submit(bob, 'id-00002'));
    actor.settle();
    load(actor);
    expect(actor.store.append.calls[0]?.args[0].drafts).toHaveLength(1);
    appended(actor, 1, numbered(1));
    actor.store.append.take().answer({
      kind: 'appended',
      item: item({ lastSeq: 2, memVersion: 2, dirtySince: 0 }),
      results: [numbered(2)],
    });
    actor.settle();
    actor.store.item.take().answer(item({ lastSeq: 2, memVersion: 2, dirtySince: 0 }));
    actor.settle();
    expect(bob.reply.take()).toMatchObject([{ t: 'refused', fault: { code: 'conversation.forbidden' } }]);
  });
});

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

  it('writes the mark by itself when no append carries it, and is idle only then', () => {
    const actor = start();
    actor.send(submit(asker('alice'), 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    actor.bus.fanOut.take().answer(undefined);
    actor.settle();
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

describe('reading', () => {
  it('clamps history to what the asker may see, and ends a page at page.bytes', () => {
    const actor = start({ 'page.bytes': 300 });
    const bob = asker('bob');
    actor.send({ t: 'history', asker: bob, id: 'history-1', after: 0, before: undefined, limit: 50 });
    load(actor, item({ lastSeq: 9, fannedTo: 9 }), [member('alice'), member('bob', 4)]);
    const read = actor.store.read.take();
    expect(read.args[0]).toMatchObject({ from: 4, to: 9, order: 'up', limit: 50 });
    read.answer([4, 5, 6, 7, 8, 9].map((seq) => entry(seq, { body: 'x'.repeat(40) })));
    actor.settle();
    const [page] = bob.reply.take();
    expect(page).toMatchObject({ t: 'page', more: true });
    expect(page?.t === 'page' && page.entries.length).toBeLessThan(6);
  });

  it('shares one read among sessions with the same gap', () => {
    const actor = start();
    const [bob, alice] = [asker('bob'), asker('alice')];
    actor.tell({ t: 'replay', asker: bob, from: 2, limit: 10 });
    actor.tell({ t: 'replay', asker: alice, from: 2, limit: 10 });
    actor.settle();
    load(actor, item({ lastSeq: 3, fannedTo: 3 }));
    actor.store.item.take().answer(item({ lastSeq: 3, fannedTo: 3 }));
    actor.settle();
    actor.store.read.take().answer([entry(2), entry(3)]);
    actor.settle();
    expect(actor.store.read.calls).toHaveLength(1);
    for (const { reply } of [bob, alice]) expect(reply.take()).toMatchObject([{ t: 'replayed', entries: [{}, {}] }]);
  });

  it('tells a stranger the same whether the conversation exists or not', () => {
    const answers = [null, item({ lastSeq: 3 })].map((found) => {
      const actor = start();
      const carol = asker('carol');
      actor.send({ t: 'history', asker: carol, id: 'history-1', after: undefined, before: undefined, limit: 50 });
      actor.store.item.take().answer(found);
      actor.settle();
      if (found !== null) actor.members.of.take().answer({ memVersion: 1, members: [member('alice')] });
      actor.settle();
      return carol.reply.take();
    });
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject([{ t: 'refused', fault: { code: 'conversation.forbidden' } }]);
  });
});
