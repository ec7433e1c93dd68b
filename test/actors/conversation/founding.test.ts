/** How a conversation begins, and when it may not. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import { load, start } from '#test/actors/conversation/scene';
import { asker, item } from '#test/actors/kit';

const open = (actor: ReturnType<typeof start>) => {
  const alice = asker('alice');
  const founders = ['alice', 'bob'];
  actor.send({ t: 'open', asker: alice, id: 'open-0001', kind: 'group', founders, title: undefined });
  return alice;
};

describe('founding', () => {
  it('asks who is in conversations.user conversations, then creates', () => {
    const actor = start({ 'conversations.user': 7 });
    const alice = open(actor);
    const asked = actor.members.inAtLeast.take();
    expect(asked.args).toEqual([7, ['alice', 'bob']]);
    asked.answer(new Set());
    actor.settle();
    actor.store.create.take().answer({ created: true, item: item({ fannedTo: -1 }) });
    actor.settle();
    load(actor, item({ fannedTo: -1 }));
    expect(alice.reply.take()).toMatchObject([{ t: 'opened', created: true, standing: { last: 0 } }]);
  });

  it('a founder who is in too many keeps it from being made', () => {
    const actor = start();
    const alice = open(actor);
    actor.members.inAtLeast.take().answer(new Set(['bob']));
    actor.settle();
    actor.store.item.take().answer(null);
    actor.settle();
    expect(alice.reply.take()).toMatchObject([
      { of: 'open', fault: { code: 'conversation.too_many', effect: 'none' } },
    ]);
    expect(actor.store.create.calls).toHaveLength(0);
  });

  it('but not from being found', () => {
    const actor = start();
    const alice = open(actor);
    actor.members.inAtLeast.take().answer(new Set(['bob']));
    actor.settle();
    actor.store.item.take().answer(item());
    actor.settle();
    load(actor);
    expect(alice.reply.take()).toMatchObject([{ t: 'opened', created: false }]);
  });

  it('a store that fails is said', () => {
    const actor = start();
    const alice = open(actor);
    actor.members.inAtLeast.take().fail(fault('store.unavailable', 'no'));
    actor.settle();
    expect(alice.reply.take()).toMatchObject([{ of: 'open', id: 'open-0001', fault: { code: 'store.unavailable' } }]);
  });
});
