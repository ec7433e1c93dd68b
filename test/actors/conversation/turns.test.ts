/** A conversation actor that loses its appends to other servers: it takes turns with them. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { Baton } from '#contract/ports/baton';
import { held } from '#testkit/probe';
import { appended, load, start, submit } from '#test/actors/conversation/scene';
import { asker, item, numbered } from '#test/actors/kit';

const heldBaton = () => ({ turn: held<Baton['turn']>(), done: held<Baton['done']>() });

/** An actor that has just lost twice in a row. */
const contended = () => {
  const baton = heldBaton();
  const actor = start({ 'baton.turnMs': 200, 'baton.lingerMs': 10 }, { baton });
  const alice = asker('alice');
  actor.send(submit(alice, 'id-00001'));
  load(actor);
  const lose = (lastSeq: number) => {
    actor.store.append.take().answer({ kind: 'conflict', item: item({ lastSeq, fannedTo: lastSeq }) });
    actor.settle();
    actor.advance(2_000);
  };
  const turn = (isMine: boolean, isAlone = false) => {
    baton.turn.take().answer({ isMine, forMs: isMine ? 200 : 15, isAlone });
    actor.settle();
  };
  lose(1);
  lose(2);
  return { ...actor, alice, baton, lose, turn };
};

describe('turns at appending', () => {
  it('D9 after two losses in a row a server asks for a turn before it appends again', () => {
    const { store, baton, turn } = contended();
    expect(baton.turn.calls).toHaveLength(1);
    expect(store.append.calls).toHaveLength(2);
    turn(true);
    expect(store.append.calls[2]?.args[0]).toMatchObject({ expected: 2 });
  });

  it('one that has to wait asks again, and appends nothing meanwhile', () => {
    const actor = contended();
    actor.turn(false);
    actor.send(submit(actor.alice, 'id-00002'));
    actor.advance(14);
    expect([actor.baton.turn.calls.length, actor.store.append.calls.length]).toEqual([1, 2]);
    actor.advance(1);
    actor.turn(true);
    // Others have appended meanwhile: it looks where they left off.
    expect(actor.store.append.calls).toHaveLength(2);
    actor.store.item.take().answer(item({ lastSeq: 40, fannedTo: 40 }));
    actor.settle();
    expect(actor.store.append.calls[2]?.args[0]).toMatchObject({ expected: 40 });
    expect(actor.store.append.calls[2]?.args[0].drafts).toHaveLength(2);
  });

  it('appends without asking while its turn lasts, and asks when it is over', () => {
    const actor = contended();
    actor.turn(true);
    actor.send(submit(actor.alice, 'id-00002'));
    appended(actor, 3, numbered(3));
    expect(actor.store.append.calls).toHaveLength(4);
    actor.send(submit(actor.alice, 'id-00003'));
    actor.advance(200);
    appended(actor, 4, numbered(4));
    expect([actor.store.append.calls.length, actor.baton.turn.calls.length]).toEqual([4, 2]);
  });

  it('with nothing more to append it passes the turn on', () => {
    const actor = contended();
    actor.turn(true);
    appended(actor, 3, numbered(3));
    // Whoever was answered may send again at once: it waits a little.
    actor.advance(9);
    expect(actor.baton.done.calls).toEqual([]);
    actor.advance(1);
    expect(actor.baton.done.calls.map(({ args }) => args)).toEqual([['c1', 'n1']]);
    actor.send(submit(actor.alice, 'id-00002'));
    expect([actor.store.append.calls.length, actor.baton.turn.calls.length]).toEqual([3, 2]);
  });

  it('once nobody else asks, it appends as before', () => {
    const actor = contended();
    actor.turn(true);
    actor.send(submit(actor.alice, 'id-00002'));
    actor.advance(200);
    appended(actor, 3, numbered(3));
    actor.turn(true, true);
    appended(actor, 4, numbered(4));
    actor.send(submit(actor.alice, 'id-00003'));
    expect([actor.store.append.calls.length, actor.baton.turn.calls.length]).toEqual([5, 2]);
  });

  it('loses to one that asks for no turns: tells the others to, and appends again at once', () => {
    const actor = contended();
    actor.turn(true);
    const told = () => actor.bus.tell.calls.filter(({ args }) => args[2].t === 'contended');
    const before = told().length;
    for (let lastSeq = 3; lastSeq < 9; lastSeq += 1) {
      actor.store.append.take().answer({ kind: 'conflict', item: item({ lastSeq, fannedTo: lastSeq }) });
      actor.settle();
      expect(actor.store.append.calls.at(-1)?.args[0]).toMatchObject({ expected: lastSeq });
    }
    expect(actor.baton.turn.calls).toHaveLength(1);
    expect(told()).toHaveLength(before + 6);
    expect(told()[0]?.args).toEqual([
      'n1',
      ['alice', 'bob'],
      { t: 'contended', cause: expect.any(String) as string, conv: 'c1' },
    ]);
  });

  it('one that never loses asks for turns too, once another calls for them', () => {
    const baton = heldBaton();
    const actor = start({ 'baton.turnMs': 200 }, { baton });
    const alice = asker('alice');
    actor.send(submit(alice, 'id-00001'));
    load(actor);
    appended(actor, 1, numbered(1));
    actor.send({ t: 'contended' });
    actor.send(submit(alice, 'id-00002'));
    expect([actor.store.append.calls.length, baton.turn.calls.length]).toEqual([1, 1]);
    baton.turn.take().answer({ isMine: true, forMs: 200, isAlone: false });
    actor.settle();
    expect(actor.store.append.calls).toHaveLength(2);
  });

  it('is advisory: where no turn can be had, it appends without', () => {
    const actor = contended();
    actor.baton.turn.take().fail(fault('store.unavailable', 'away'));
    actor.settle();
    expect(actor.store.append.calls).toHaveLength(3);
  });
});
