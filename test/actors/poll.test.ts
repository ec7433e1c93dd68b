/** Long polls over the tree of a whole app server, in virtual time. */
import { describe, expect, it } from 'vitest';
import type { ApiFrame, PollAnswer, Polled } from '#contract/api';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { Outlet } from '#contract/ports/outlet';
import { appServer } from '#actors/app-server';
import { MemoryWorld } from '#adapters/memory/world';
import { world } from '#testkit/probe';
import { ids } from '#test/actors/kit';

const start = (changed: Partial<Record<LimitName, number>> = {}) => {
  const { system, driver } = world({ limits: changed });
  const limits = withLimits(changed);
  const memory = new MemoryWorld({ clock: driver.clock, latency: () => 5, limits });
  const app = appServer({ system, node: 'a', ports: memory.ports('a'), ids, limits, alone: true });
  driver.advance(100);
  let conv = '';
  const ask = (user: string, frame: ApiFrame): void =>
    app.request({ user, ip: '10.0.0.1', frame }, ({ frame: { t, ...rest } }) => {
      if (t === 'opened' && 'conv' in rest) conv = String(rest.conv);
    });
  ask('alice', { t: 'open', id: 'open-0001', members: ['bob'] });
  driver.advance(1_000);
  const send = (n: number, body = `number ${n}`): void =>
    ask('alice', { t: 'send', id: `send-${String(n).padStart(4, '0')}`, conv, body });
  const sent = (...numbers: number[]): void => {
    for (const n of numbers) send(n);
    driver.advance(100);
  };
  const poll = (cursor: number | undefined, waitMs?: number, more: { token?: string; device?: string } = {}) => {
    const { token = 'bob', device = 'phone' } = more;
    const answers: PollAnswer[] = [];
    const cursors = new Map(cursor === undefined ? [] : [[conv, cursor]]);
    const call = { user: 'bob', token, ip: '10.0.0.2', frame: { t: 'poll', device, cursors, waitMs } as const };
    const cancel = app.poll(call, (answer) => answers.push(answer));
    return { answers, cancel };
  };
  return { system, driver, app, poll, sent, send, conv };
};

const said = ([answer]: readonly PollAnswer[]): Polled => {
  if (answer?.t !== 'polled') throw new Error(`not polled: ${JSON.stringify(answer)}`);
  return answer;
};

const seqs = (answers: readonly PollAnswer[]): number[] => said(answers).messages.map(({ seq }) => seq);

const nobody: Outlet = {
  ...{ connection: 'c1', ip: '', send: () => undefined, message: () => undefined, ping: () => undefined },
  ...{ close: () => undefined, bufferedBytes: () => 0, lastHeardAt: () => 0 },
};

describe('a long poll', () => {
  it('is answered with what was missed as soon as all of it is there, and leaves no session behind', () => {
    const { driver, system, poll, sent, conv } = start();
    sent(1, 2, 3);
    const { answers } = poll(1, 20_000);
    driver.advance(200);
    expect(seqs(answers)).toEqual([2, 3]);
    expect(said(answers).resumed).toMatchObject([{ conv, from: 2, to: 3, recovered: true }]);
    driver.advance(1_000);
    expect([system.census().get('session') ?? 0, system.census().get('poll') ?? 0]).toEqual([0, 0]);
    expect(answers).toHaveLength(1);
  });

  it("with nothing new waits as long as it was told, and no longer than 'poll.waitMs'", () => {
    const { driver, poll } = start({ 'poll.waitMs': 5_000 });
    for (const [waitMs, lasts] of [
      [undefined, 5_000],
      [60_000, 5_000],
      [2_000, 2_000],
      [0, 100],
    ] as const) {
      const { answers } = poll(0, waitMs);
      driver.advance(lasts - 100);
      expect(answers).toEqual([]);
      driver.advance(200);
      expect([seqs(answers), said(answers).resumed.length]).toEqual([[], 1]);
    }
  });

  it("hears of a message that comes meanwhile, and of those within 'poll.lingerMs' of it", () => {
    const { driver, poll, send } = start({ 'poll.lingerMs': 50 });
    const { answers } = poll(0);
    driver.advance(3_000);
    send(1);
    driver.advance(20);
    send(2);
    driver.advance(25);
    expect(answers).toEqual([]);
    driver.advance(60);
    expect(seqs(answers)).toEqual([1, 2]);
  });

  it('ends at page.bytes, with one message at least; the next goes on from there', () => {
    const { driver, poll, sent, send } = start({ 'page.bytes': 1_024 });
    sent(1, 2);
    send(3, 'x'.repeat(2_000));
    driver.advance(100);
    const first = poll(0);
    driver.advance(200);
    expect(seqs(first.answers)).toEqual([1, 2]);
    const second = poll(2);
    driver.advance(200);
    expect(seqs(second.answers)).toEqual([3]);
  });

  it('ends at window.unacked: its cursors acknowledge, and the next one has the rest', () => {
    const { driver, poll, sent } = start({ 'window.unacked': 2 });
    sent(1, 2, 3);
    const first = poll(0);
    driver.advance(200);
    const second = poll(2);
    driver.advance(200);
    expect([seqs(first.answers), seqs(second.answers)]).toEqual([[1, 2], [3]]);
  });

  it('C20 what its cursors acknowledge is `delivered` to those who sent it', () => {
    const { driver, app, poll, sent } = start();
    const frames: unknown[] = [];
    const alice = app.openSession({ ...nobody, send: (frame) => void frames.push(frame), lastHeardAt: () => 1e9 });
    alice.tell({ t: 'frame', frame: { t: 'hello', token: 'alice', device: 'pc', cursors: new Map() } });
    sent(1, 2);
    poll(0, 0);
    driver.advance(100);
    const delivered = () => frames.filter((frame) => (frame as { t: string }).t === 'delivered');
    expect(delivered()).toEqual([]);
    poll(2, 0);
    driver.advance(1_000);
    expect(delivered()).toMatchObject([{ user: 'bob', seq: 2 }]);
  });

  it('tells of conversations that open and close meanwhile', () => {
    const { driver, app, poll } = start();
    const { answers } = poll(0);
    driver.advance(1_000);
    const frame = { t: 'open', id: 'open-0002', members: ['bob'], title: 'a group' } as const;
    app.request({ user: 'alice', ip: '', frame }, () => undefined);
    driver.advance(1_000);
    expect(said(answers).events).toMatchObject([{ t: 'opened', title: 'a group' }]);
  });

  it('a token that is not accepted is gateway.unauthenticated', () => {
    const { driver, poll } = start();
    const { answers } = poll(0, 0, { token: 'bob:1' });
    driver.advance(200);
    expect(answers).toMatchObject([{ t: 'error', of: 'poll', code: 'gateway.unauthenticated', effect: 'none' }]);
  });

  it('one that another connection of the device replaces is told to come later', () => {
    const { driver, poll } = start();
    const [first, other] = [poll(0), poll(0, 20_000, { device: 'tablet' })];
    driver.advance(1_000);
    const second = poll(0, 500);
    driver.advance(400);
    expect(first.answers).toMatchObject([{ t: 'error', code: 'gateway.overloaded', retryAfterMs: 1_000 }]);
    driver.advance(400);
    expect([second.answers.length, other.answers.length]).toEqual([1, 0]);
  });

  it('one whose client has gone is not answered, and its session ends', () => {
    const { driver, system, poll } = start();
    const { answers, cancel } = poll(0);
    driver.advance(1_000);
    cancel();
    driver.advance(30_000);
    expect([answers, system.census().get('session') ?? 0]).toEqual([[], 0]);
  });

  it("'poll.atOnce': one more is gateway.overloaded", () => {
    const { driver, poll } = start({ 'poll.atOnce': 1 });
    const [first, second] = [poll(0, 300), poll(0, 0, { device: 'tablet' })];
    expect(second.answers).toMatchObject([{ code: 'gateway.overloaded', of: 'poll', retryAfterMs: 1_000 }]);
    driver.advance(400);
    expect(first.answers).toHaveLength(1);
    const third = poll(0, 0);
    driver.advance(100);
    expect(said(third.answers).resumed).toHaveLength(1);
  });

  it('over the rate of requests it is refused at once', () => {
    const { driver, poll } = start({ 'http.user.perSecond': 1 });
    const [first, second] = [poll(0, 0), poll(0, 0, { device: 'tablet' })];
    driver.advance(200);
    expect([first.answers[0]?.t, second.answers]).toMatchObject(['polled', [{ code: 'gateway.rate_limited' }]]);
  });

  it('a server that is emptied answers what it has', () => {
    const { driver, app, poll } = start();
    const { answers } = poll(0);
    driver.advance(1_000);
    let drained = false;
    app.drain(() => (drained = true));
    driver.advance(10_000);
    expect([said(answers).messages, drained]).toEqual([[], true]);
  });
});
