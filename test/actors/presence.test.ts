/** The presence actor alone: marks, watchers, privacy, and what is shown when nobody can say who is online. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { LimitName } from '#contract/limits';
import type { Seen } from '#contract/ports/presence';
import { presenceBehaviour } from '#actors/presence/behaviour';
import type { ToSession } from '#actors/messages';
import { probe, recorder } from '#testkit/probe';
import { heldMembers, heldPresence, limitsWith } from '#test/actors/kit';

const start = (limits: Partial<Record<LimitName, number>> = {}) => {
  const presence = heldPresence();
  const members = heldMembers();
  const actor = probe(presenceBehaviour({ node: 'n1', ports: { presence, members }, limits: limitsWith(limits) }));
  const ref = recorder<ToSession>('session');
  const watch = (...users: string[]) => actor.send({ t: 'watch', session: 's1', ref, user: 'bob', users });
  const shares = (...users: string[]) => {
    members.sharing.take().answer(new Set(users));
    actor.settle();
  };
  const seen = (given: Record<string, Seen>) => {
    presence.of.take().answer(new Map(Object.entries(given)));
    actor.settle();
  };
  const told = () => ref.take().flatMap((message) => (message.t === 'presence' ? message.states : []));
  const session = recorder<ToSession>('whose');
  return { ...actor, presence, members, session, watch, shares, seen, told };
};

const online: Seen = { online: true, lastSeenAt: 7 };
const offline = (lastSeenAt: number | null): Seen => ({ online: false, lastSeenAt });

/** Bob watches alice, who is online, and carol, with whom he shares nothing. */
const watching = () => {
  const actor = start();
  actor.watch('alice', 'carol');
  actor.shares('alice');
  actor.seen({ alice: online });
  return actor;
};

describe('watching', () => {
  it('tells of each user at once; one with whom nothing is shared stays unknown', () => {
    const actor = watching();
    expect(actor.told()).toEqual([
      { user: 'alice', state: 'online', lastSeenAt: 7 },
      { user: 'carol', state: 'unknown', lastSeenAt: null },
    ]);
    expect(actor.presence.of.calls[0]?.args[0]).toEqual(['alice']);
  });

  it('C32 looks every presence.lookMs and tells what changed, once it is known that they share something', () => {
    const actor = watching();
    actor.told();
    actor.advance(5_000);
    actor.seen({ alice: online, carol: online });
    actor.shares();
    actor.seen({});
    expect(actor.told()).toEqual([]);
    actor.advance(5_000);
    actor.seen({ alice: offline(4_000), carol: online });
    expect(actor.members.sharing.calls.at(-1)?.args).toEqual(['bob', ['alice']]);
    actor.shares('alice');
    actor.seen({ alice: offline(4_000) });
    expect(actor.told()).toEqual([{ user: 'alice', state: 'offline', lastSeenAt: 4_000 }]);
  });

  it('whoever shares a conversation no more is unknown before anything changes for the watcher', () => {
    const actor = watching();
    actor.told();
    actor.advance(5_000);
    actor.seen({ alice: offline(4_000), carol: offline(null) });
    actor.shares();
    actor.seen({});
    expect(actor.told()).toEqual([{ user: 'alice', state: 'unknown', lastSeenAt: null }]);
  });

  it('looks again when told that memberships changed', () => {
    const actor = watching();
    actor.told();
    actor.send({ t: 'look-again', session: 's1' });
    actor.shares('alice', 'carol');
    actor.seen({ alice: online, carol: offline(null) });
    expect(actor.told()).toEqual([{ user: 'carol', state: 'offline', lastSeenAt: null }]);
  });

  it('a later watch replaces the earlier one, also while that is being answered', () => {
    const actor = start();
    actor.watch('alice');
    actor.watch('dora');
    actor.shares('alice');
    expect(actor.presence.of.calls).toHaveLength(0);
    actor.shares('dora');
    actor.seen({ dora: online });
    expect(actor.told()).toEqual([{ user: 'dora', state: 'online', lastSeenAt: 7 }]);
    actor.send({ t: 'lost', user: 'bob', session: 's1' });
    actor.advance(10_000);
    expect(actor.presence.of.calls).toHaveLength(1);
  });

  it('C33 while nobody can say who is online, shows when they were last seen and no live state', () => {
    const actor = watching();
    actor.told();
    actor.advance(5_000);
    actor.presence.of.take().fail(fault('store.unavailable', 'no'));
    actor.settle();
    actor.shares('alice');
    actor.presence.of.take().fail(fault('store.unavailable', 'no'));
    actor.settle();
    expect(actor.told()).toEqual([{ user: 'alice', state: 'unknown', lastSeenAt: 7 }]);
    actor.advance(5_000);
    actor.seen({ alice: online, carol: offline(null) });
    actor.shares('alice');
    actor.seen({ alice: online });
    expect(actor.told()).toEqual([{ user: 'alice', state: 'online', lastSeenAt: 7 }]);
  });

  it('where the store cannot say what is shared, nothing is shown, and it is asked again', () => {
    const actor = start();
    actor.watch('alice');
    actor.members.sharing.take().fail(fault('store.unavailable', 'no'));
    actor.settle();
    actor.seen({});
    expect(actor.told()).toEqual([{ user: 'alice', state: 'unknown', lastSeenAt: null }]);
    actor.advance(5_000);
    actor.shares('alice');
    actor.seen({ alice: online });
    actor.seen({ alice: online });
    expect(actor.told()).toEqual([{ user: 'alice', state: 'online', lastSeenAt: 7 }]);
  });
});

describe('limits of presence', () => {
  it('presence.beatMs: how often a node says who is here', () => {
    const actor = start({ 'presence.beatMs': 30 });
    actor.send({ t: 'came', user: 'alice', session: 's1', ref: actor.session });
    actor.advance(60);
    expect(actor.presence.beat.calls).toHaveLength(3);
  });

  it('presence.lookMs: how often it looks at those who are watched', () => {
    const actor = start({ 'presence.lookMs': 30 });
    actor.watch('alice');
    actor.shares('alice');
    actor.seen({ alice: online });
    actor.advance(60);
    expect(actor.presence.of.calls).toHaveLength(3);
  });
});

describe('marks', () => {
  it('C32 says who is connected here when they come, and every presence.beatMs', () => {
    const actor = start();
    actor.send({ t: 'came', user: 'alice', session: 's1', ref: actor.session });
    actor.send({ t: 'came', user: 'alice', session: 's2', ref: actor.session });
    expect(actor.presence.beat.calls).toHaveLength(1);
    actor.advance(20_000);
    expect(actor.presence.beat.calls[1]?.args).toEqual(['n1', ['alice'], 20_000]);
  });

  it('whoever has no socket is seen no more, and counts as here until the session is over', () => {
    const actor = start();
    actor.send({ t: 'came', user: 'alice', session: 's1', ref: actor.session });
    actor.send({ t: 'lost', user: 'alice', session: 's1' });
    actor.advance(20_000);
    expect(actor.presence.beat.calls).toHaveLength(1);
    expect(actor.presence.gone.calls).toHaveLength(0);
  });

  it('of the sessions without a socket one at most waits for its user, and none beside a connected one', () => {
    const actor = start();
    const replaced = () => actor.session.take().length;
    for (let n = 1; n <= 100; n += 1) {
      actor.send({ t: 'came', user: 'alice', session: `s${n}`, ref: actor.session });
      actor.send({ t: 'lost', user: 'alice', session: `s${n}` });
    }
    expect(replaced()).toBe(99);
    actor.send({ t: 'came', user: 'alice', session: 't1', ref: actor.session });
    expect(replaced()).toBe(1);
    actor.send({ t: 'came', user: 'alice', session: 't2', ref: actor.session });
    actor.send({ t: 'lost', user: 'alice', session: 't1' });
    expect(replaced()).toBe(1);
    actor.advance(20_000);
    expect(actor.presence.beat.calls).toHaveLength(2);
    actor.send({ t: 'lost', user: 'alice', session: 't2' });
    expect(replaced()).toBe(0);
    actor.send({ t: 'went', user: 'alice', session: 't1', at: 1 });
    expect(actor.presence.gone.calls).toHaveLength(0);
    actor.send({ t: 'went', user: 'alice', session: 't2', at: 2 });
    expect(actor.presence.gone.calls.map(({ args }) => args)).toEqual([['n1', 'alice', 2]]);
  });

  it('the last device that goes takes its user along, as of when its socket went', () => {
    const actor = start();
    for (const session of ['s1', 's2']) actor.send({ t: 'came', user: 'alice', session, ref: actor.session });
    actor.send({ t: 'went', user: 'alice', session: 's1', at: 3 });
    expect(actor.presence.gone.calls).toHaveLength(0);
    actor.send({ t: 'went', user: 'alice', session: 's2', at: 4 });
    actor.send({ t: 'went', user: 'alice', session: 's2', at: 5 });
    expect(actor.presence.gone.calls.map(({ args }) => args)).toEqual([['n1', 'alice', 4]]);
  });

  it('a node that stops says of all its users when they were last seen', () => {
    const actor = start();
    actor.send({ t: 'came', user: 'alice', session: 's1', ref: actor.session });
    actor.advance(7);
    actor.system.stop();
    actor.settle();
    expect(actor.presence.gone.calls.map(({ args }) => args)).toEqual([['n1', 'alice', 7]]);
  });

  it('a change on this node is told at once', () => {
    const actor = watching();
    actor.told();
    actor.send({ t: 'came', user: 'alice', session: 's9', ref: actor.session });
    actor.send({ t: 'went', user: 'alice', session: 's9', at: 9 });
    actor.presence.gone.take().answer(undefined);
    actor.settle();
    actor.seen({ alice: offline(9) });
    actor.shares('alice');
    actor.seen({ alice: offline(9) });
    expect(actor.told()).toEqual([{ user: 'alice', state: 'offline', lastSeenAt: 9 }]);
  });
});
