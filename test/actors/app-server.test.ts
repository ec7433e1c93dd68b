/** The tree of a whole app server in virtual time: mailboxes, regions and sweeps at their limits. */
import { describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiFrame } from '#contract/api';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { Outlet } from '#contract/ports/outlet';
import { appServer } from '#actors/app-server';
import { sweeperBehaviour } from '#actors/sweeper';
import { MemoryWorld } from '#adapters/memory/world';
import { probe, world } from '#testkit/probe';
import { heldStore, ids, limitsWith, neighbours } from '#test/actors/kit';

const latencyMs = 5;

const start = (changed: Partial<Record<LimitName, number>> = {}) => {
  const { system, driver } = world({ limits: changed });
  const limits = withLimits(changed);
  const memory = new MemoryWorld({ clock: driver.clock, latency: () => latencyMs, limits });
  const app = appServer({ system, node: 'a', ports: memory.ports('a'), ids, limits, alone: true });
  driver.advance(100);
  const answers: ApiAnswer[] = [];
  const ask = (user: string, frame: ApiFrame): void =>
    app.request({ user, ip: '10.0.0.1', frame }, (answer) => answers.push(answer));
  ask('alice', { t: 'open', id: 'open-0001', members: ['bob'] });
  driver.advance(1_000);
  const [opened] = answers.splice(0);
  const conv = opened?.frame.t === 'opened' ? opened.frame.conv : '';
  const send = (n: number): void => ask('alice', { t: 'send', id: `send-000${n}`, conv, body: `number ${n}` });
  const codes = (): string[] => answers.map(({ frame }) => (frame.t === 'error' ? frame.code : frame.t));
  return { system, driver, app, ask, send, conv, answers, codes };
};

describe('an app server keeps', () => {
  it('http.inFlight: more requests at once are gateway.overloaded', () => {
    const { driver, send, conv, codes, answers } = start({ 'http.inFlight': 2 });
    for (let n = 0; n < 3; n += 1) send(n);
    expect(codes()).toEqual(['gateway.overloaded']);
    expect(answers[0]?.frame).toMatchObject({ of: 'send', id: 'send-0002', conv, effect: 'none', retryAfterMs: 1_000 });
    driver.advance(1_000);
    expect(codes()).toEqual(['gateway.overloaded', 'stored', 'stored']);
    send(4);
    driver.advance(1_000);
    expect(codes().at(-1)).toBe('stored');
  });

  it('mailbox.conversation: more at once than it holds is gateway.overloaded, effect none', () => {
    const { driver, send, codes } = start({ 'mailbox.conversation': 2 });
    for (let n = 0; n < 4; n += 1) send(n);
    driver.advance(1_000);
    expect(codes().sort()).toEqual(['gateway.overloaded', 'gateway.overloaded', 'stored', 'stored']);
  });

  it('mailbox.session: frames beyond what it holds are refused to the connection', () => {
    const { app } = start({ 'mailbox.session': 2 });
    const outlet: Outlet = {
      ...{ connection: 'c1', ip: '', send: () => undefined, message: () => undefined, ping: () => undefined },
      ...{ close: () => undefined, bufferedBytes: () => 0, lastHeardAt: () => 0 },
    };
    const session = app.openSession(outlet);
    const told = [1, 2, 3].map(() => session.tell({ t: 'frame', frame: { t: 'ping' } })?.code);
    expect(told).toEqual([undefined, undefined, 'runtime.mailbox_full']);
  });

  it('mailbox.delivery, mailbox.presence: what they refuse is a dead letter, and sends are stored all the same', () => {
    const { driver, system, send, codes } = start({ 'mailbox.delivery': 0, 'mailbox.presence': 0 });
    send(1);
    driver.advance(1_000);
    expect(codes()).toEqual(['stored']);
    expect(system.deadLetters.counts.full).toBeGreaterThan(0);
  });

  it('conversation.idleMs: a conversation that nobody needs goes, and comes back when asked', () => {
    const { driver, system, send, codes } = start({ 'conversation.idleMs': 2_000 });
    const living = (): number => system.census().get('conversations') ?? 0;
    send(1);
    driver.advance(1_000);
    const busy = living();
    driver.advance(10_000);
    expect(living()).toBeLessThan(busy);
    send(2);
    driver.advance(1_000);
    expect(codes()).toEqual(['stored', 'stored']);
  });

  it('restart.baseMs, restart.maxMs, restart.withinMs: how long a failed actor waits', () => {
    const { system } = world({ limits: { 'restart.baseMs': 3, 'restart.maxMs': 5, 'restart.withinMs': 7 } });
    expect(system.supervision).toMatchObject({ backoff: { baseMs: 3, maxMs: 5, withinMs: 7 } });
  });
});

describe('the sweeper keeps', () => {
  it('sweep.everyMs, sweep.olderMs, sweep.batch: how often it looks, how old and how many it takes', () => {
    const store = heldStore();
    const { gateway } = neighbours();
    const limits = limitsWith({ 'sweep.everyMs': 30, 'sweep.batch': 7, 'sweep.olderMs': 11 });
    const conversations = { tell: () => undefined };
    const actor = probe(sweeperBehaviour({ store, limits, gateway, conversations }));
    expect(store.dirty.take().args[1]).toBe(7);
    store.dirty.calls[0]?.answer([]);
    actor.settle();
    actor.advance(29);
    expect(store.dirty.calls).toHaveLength(1);
    actor.advance(1);
    expect(store.dirty.calls.map(({ args }) => args[0])).toEqual([0, 30 - 11]);
  });
});
