/** The actors of which a node has one: delivery, sweeper, gateway. Each alone, on virtual time. */
import { describe, expect, it } from 'vitest';
import { fault } from '#contract/effects';
import type { LimitName } from '#contract/limits';
import type { Notice } from '#contract/ports/bus';
import { deliveryBehaviour } from '#actors/delivery';
import { gatewayBehaviour } from '#actors/gateway';
import type { ToConversation, ToSession } from '#actors/messages';
import { sweeperBehaviour } from '#actors/sweeper';
import { probe, recorder } from '#testkit/probe';
import { entry, heldStore, limitsWith, neighbours } from '#test/actors/kit';

const notice = (changed: Partial<Notice> = {}): Notice => ({
  conv: 'c1',
  kind: 'group',
  from: 1,
  to: 1,
  entries: [entry(1)],
  at: 0,
  recipients: ['alice', 'bob'],
  added: [],
  removed: [],
  members: [],
  origin: null,
  ...changed,
});

describe('delivery', () => {
  const start = () => {
    const actor = probe(deliveryBehaviour());
    const attach = (user: string, session: string) => {
      const ref = recorder<ToSession>(session);
      actor.send({ t: 'attach', user, session, ref });
      return ref;
    };
    return { ...actor, attach };
  };

  it('tells every session of those concerned once, and nobody else', () => {
    const actor = start();
    const [bobPhone, bobLaptop, carol] = [
      actor.attach('bob', 's1'),
      actor.attach('bob', 's2'),
      actor.attach('carol', 's3'),
    ];
    actor.send({ t: 'notices', cause: '', notices: [notice({ added: ['bob'] })] });
    expect(bobPhone.heard).toHaveLength(1);
    expect(bobLaptop.heard).toHaveLength(1);
    expect(carol.heard).toHaveLength(0);
  });

  it('makes one frame of an entry, shared by all sessions', () => {
    const actor = start();
    const [alice, bob] = [actor.attach('alice', 's1'), actor.attach('bob', 's2')];
    actor.send({ t: 'notices', cause: '', notices: [notice()] });
    const frames = [alice, bob].map(({ heard }) => (heard[0]?.t === 'notice' ? heard[0].messages[0] : undefined));
    expect(frames[0]).toBeDefined();
    expect(frames[0]).toBe(frames[1]);
  });

  it('tells a session that another node replaced it, and a detached one nothing more', () => {
    const actor = start();
    const bob = actor.attach('bob', 's1');
    const old = { user: 'bob', device: 'phone', node: 'n1', session: 's1', epoch: 1 };
    actor.send({ t: 'replaced', cause: '', old });
    actor.send({ t: 'detach', user: 'bob', session: 's1' });
    actor.send({ t: 'notices', cause: '', notices: [notice()] });
    expect(bob.heard).toEqual([{ t: 'replaced' }]);
  });
});

describe('sweeper', () => {
  const start = (limits: Partial<Record<LimitName, number>> = {}) => {
    const store = heldStore();
    const { gateway } = neighbours();
    const told: string[] = [];
    const conversations = {
      tell: (conv: string, message: ToConversation) => {
        told.push(`${message.t} ${conv}`);
        return undefined;
      },
    };
    const kit = { store, limits: limitsWith(limits), gateway, conversations };
    return { ...probe(sweeperBehaviour(kit), { startAt: 100_000 }), store, gateway, told };
  };

  it('takes over every mark at the start, whatever its age, and only then opens the node', () => {
    const actor = start();
    const first = actor.store.dirty.take();
    expect(first.args[0]).toBe(100_000);
    expect(actor.gateway.heard).toEqual([]);
    first.answer(['c1', 'c2']);
    actor.settle();
    expect(actor.told).toEqual(['sweep c1', 'sweep c2']);
    expect(actor.gateway.heard).toEqual([{ t: 'ready' }]);
  });

  it('later takes over only marks older than sweep.olderMs, and goes on after a store that failed', () => {
    const actor = start();
    actor.store.dirty.take().answer([]);
    actor.settle();
    actor.advance(2_000);
    const second = actor.store.dirty.take();
    expect(second.args[0]).toBe(102_000 - 5_000);
    second.fail(fault('store.unavailable', 'no'));
    actor.settle();
    actor.advance(2_000);
    expect(actor.store.dirty.calls).toHaveLength(3);
  });
});

describe('gateway', () => {
  const start = (limits: Partial<Record<LimitName, number>> = {}, alone = false) => {
    const states: string[] = [];
    const kit = { limits: limitsWith(limits), alone, onState: (state: string) => states.push(state) };
    const actor = probe(gatewayBehaviour(kit));
    const join = (name: string) => {
      const ref = recorder<ToSession>(name);
      actor.send({ t: 'joined', session: name, ref });
      return ref;
    };
    return { ...actor, states, join };
  };

  it('takes newcomers only while serving, and sheds at connections.node', () => {
    const actor = start({ 'connections.node': 2 });
    actor.send({ t: 'ready' });
    actor.join('s1');
    actor.join('s2');
    actor.send({ t: 'left', session: 's1' });
    expect(actor.states).toEqual(['serving', 'serving', 'shedding', 'serving']);
  });

  it('C19 C21 C22 X6 announces, closes staggered, forces the rest after drain.ms, says when nobody is left', () => {
    const actor = start({ 'drain.ms': 1_000, 'leave.tickMs': 100 });
    actor.send({ t: 'ready' });
    const sessions = Array.from({ length: 20 }, (_, index) => actor.join(`s${index}`));
    let drained = 0;
    actor.send({ t: 'drain', drained: () => (drained += 1) });
    for (const { heard } of sessions) expect(heard).toEqual([{ t: 'maintenance', withinMs: 1_000 }]);
    actor.advance(300);
    const told = sessions.filter(({ heard }) => heard.some(({ t }) => t === 'leave')).length;
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(20);
    actor.advance(700);
    for (const { heard } of sessions) expect(heard.some(({ t }) => t === 'leave')).toBe(true);
    sessions.forEach((_, index) => actor.send({ t: 'left', session: `s${index}` }));
    expect(drained).toBe(1);
    expect(actor.states.at(-1)).toBe('drained');
  });

  it('drains in drain.aloneMs when no other server takes over, and at once when nobody is connected', () => {
    const busy = start({}, true);
    const session = busy.join('s1');
    busy.send({ t: 'drain', drained: () => undefined });
    expect(session.heard).toEqual([{ t: 'maintenance', withinMs: 2_000 }]);
    const empty = start();
    let drained = false;
    empty.send({ t: 'drain', drained: () => (drained = true) });
    expect(drained).toBe(true);
  });

  it('a session that joins during the drain is asked to leave', () => {
    const actor = start();
    actor.join('s1');
    actor.send({ t: 'drain', drained: () => undefined });
    expect(actor.join('s2').heard).toMatchObject([{ t: 'leave', code: 4000 }]);
  });
});
