/** Changes of members: what is no change, large ones, their place among the sends. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import { appended, load, start, submit } from '#test/actors/conversation/scene';
import { asker, item, numbered } from '#test/actors/kit';

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
    const asked = actor.members.inAtLeast.take();
    expect(asked.args).toEqual([10_000, ['u1', 'u2', 'u3']]);
    asked.answer(new Set());
    actor.settle();
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

  it('refuses to add somebody who is in conversations.user conversations, and nobody else', () => {
    const actor = start({ 'conversations.user': 3 });
    const alice = asker('alice');
    actor.send(change(alice, ['u1', 'u2']));
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    expect(actor.store.append.calls).toHaveLength(0);
    actor.members.inAtLeast.take().answer(new Set(['u2']));
    actor.settle();
    expect(alice.reply.take()).toMatchObject([
      { t: 'refused', of: 'members', fault: { code: 'conversation.too_many' } },
    ]);
    expect(actor.store.append.calls[0]?.args[0].drafts).toMatchObject([{ id: 'id-00001' }]);
  });

  it('a store that cannot say who is full refuses nobody', () => {
    const actor = start();
    actor.send(change(asker('alice'), ['u1']));
    load(actor);
    actor.members.inAtLeast.take().fail(fault('store.unavailable', 'no'));
    actor.settle();
    expect(actor.store.append.calls[0]?.args[0].drafts).toMatchObject([{ event: { add: ['u1'] } }]);
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
