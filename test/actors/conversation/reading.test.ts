/** Reading: history, replays, and what strangers learn. */
import { describe, expect, it } from 'vitest';
import type { History } from '#actors/messages';
import { load, start } from '#test/actors/conversation/scene';
import { asker, entry, item, member } from '#test/actors/kit';

/** Asks for the newest page. */
const newest = (who: ReturnType<typeof asker>): History => ({
  ...{ t: 'history', asker: who, id: 'history-1', limit: 50 },
  ...{ after: undefined, before: undefined, since: undefined },
});

describe('reading', () => {
  it('clamps history to what the asker may see, and ends a page at page.bytes', () => {
    const actor = start({ 'page.bytes': 300 });
    const bob = asker('bob');
    actor.send({ t: 'history', asker: bob, id: 'history-1', after: 0, before: undefined, since: undefined, limit: 50 });
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

  it('does not stay for a conversation that does not exist, unless somebody still asks', () => {
    const actor = start();
    const carol = asker('carol');
    const question = newest(carol);
    actor.send(question);
    actor.tell(question);
    actor.store.item.take().answer(null);
    actor.settle();
    expect(actor.system.size).toBe(1);
    actor.store.item.take().answer(null);
    actor.settle();
    expect(carol.reply.take()).toHaveLength(2);
    expect(actor.system.size).toBe(0);
  });

  it('tells a stranger the same whether the conversation exists or not', () => {
    const answers = [null, item({ lastSeq: 3 })].map((found) => {
      const actor = start();
      const carol = asker('carol');
      actor.send(newest(carol));
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
