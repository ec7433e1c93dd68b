// Where no WebSocket can be had: long polls, sends over HTTP, and the way back.
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '#client/ports';
import { Desk, message, stored, untilDialled } from '#test/client/kit';
import type { Asked } from '#test/client/kit';

describe('polling', () => {
  const polling = (limits: object = {}): [Desk, Asked[]] => {
    const asked: Asked[] = [];
    const http = (request: HttpRequest, answer: Asked['answer']) => {
      const one: Asked = { request, answer, isOff: false };
      asked.push(one);
      return () => void (one.isOff = true);
    };
    const desk = new Desk({ http, limits });
    while (desk.core.state !== 'polling') {
      desk.socket.events.closed(1006);
      if (desk.core.state === 'reconnecting') untilDialled(desk);
    }
    return [desk, asked];
  };
  const ok = (messages: object[] = [], resumed: object[] = [], events: object[] = []) => ({
    status: 200,
    body: { messages, resumed, events },
  });

  it("K12 C26 C27 polls when 'polling.after' sockets in a row failed, and acknowledges by cursors", () => {
    const [desk, asked] = polling({ 'polling.after': 2, 'polling.waitMs': 9_000, 'http.withinMs': 1_000 });
    expect(desk.dials).toHaveLength(2);
    const gap = { conv: 'c', since: 1, from: 4, to: 5, recovered: true };
    expect(asked[0]?.request).toMatchObject({ path: '/poll', body: { waitMs: 0, cursors: {} }, withinMs: 1_000 });
    asked[0]?.answer(ok([message('c', 4), message('c', 5)], [gap]));
    expect(desk.bodies()).toEqual(['c 4', 'c 5']);
    expect(asked[1]?.request).toMatchObject({ body: { waitMs: 9_000, cursors: { c: 5 } }, withinMs: 10_000 });
  });

  it('hands on events: who was out and is in again goes on there, and receipts find their message', () => {
    const [desk, asked] = polling();
    asked[0]?.answer(ok([message('c', 1), message('c', 2)]));
    const id = desk.core.send('c', 'hello');
    const opened = { t: 'opened', conv: 'c', kind: 'group', members: ['alice', 'bob'], since: 8, seq: 7 };
    const delivered = { t: 'delivered', conv: 'c', user: 'bob', seq: 9 };
    const events = [{ t: 'removed', conv: 'c' }, opened, delivered];
    const own = desk.core.send('d', 'to another');
    const other = { t: 'read', conv: 'd', user: 'bob', seq: 4 };
    const messages = [message('c', 8), message('c', 9), { ...message('d', 4, 'alice'), id: own }];
    asked[1]?.answer(ok(messages, [], [...events, other]));
    expect(desk.bodies()).toEqual(['c 1', 'c 2', 'c 8', 'c 9', 'd 4']);
    expect(desk.states(id)).toEqual(['sending', 'failed']);
    expect(desk.states(own)).toEqual(['sending', 'stored', 'read']);
    expect([desk.shown.removed, desk.shown.opened]).toEqual([[{ conv: 'c' }], [opened]]);
    expect(desk.shown.receipt).toMatchObject([{ kind: 'delivered', conv: 'c', seq: 9 }, { kind: 'read' }]);
  });

  it('sends and asks over HTTP, with the same answers', () => {
    const [desk, asked] = polling();
    asked[0]?.answer(ok());
    const id = desk.core.send('c', 'hello');
    const sent = asked.find(({ request }) => request.path === '/messages');
    expect(sent?.request.body).toEqual({ id, conv: 'c', body: 'hello' });
    sent?.answer({ status: 201, body: stored('c', 6, id) });
    expect(desk.states(id)).toEqual(['sending', 'stored']);
    // Who we are is known from the message alone.
    asked[1]?.answer(ok([{ ...message('c', 6, 'alice'), id }]));
    expect(desk.bodies()).toEqual(['c 6']);
  });

  it('a send that HTTP refuses for now goes again under its id', () => {
    const [desk, asked] = polling();
    asked[0]?.answer(ok());
    const id = desk.core.send('c', 'hello');
    asked.at(-1)?.answer({ status: 503, body: { code: 'gateway.overloaded', effect: 'none' }, retryAfterMs: 2_000 });
    desk.clock.advance(1_999);
    expect(asked.filter(({ request }) => request.path === '/messages')).toHaveLength(1);
    desk.clock.advance(3_000);
    const sends = asked.filter(({ request }) => request.path === '/messages');
    expect(sends.map(({ request }) => (request.body as { id: string }).id)).toEqual([id, id]);
  });

  it("goes back to the WebSocket as soon as one can be had: 'polling.probeMs'", () => {
    const [desk, asked] = polling({ 'polling.probeMs': 8_000 });
    asked[0]?.answer(ok([message('c', 1)]));
    expect(untilDialled(desk)).toBeLessThanOrEqual(8_000);
    expect(desk.core.state).toBe('polling');
    desk.connect();
    expect(desk.core.state).toBe('connected');
    asked[1]?.answer(ok([message('c', 2)]));
    expect(desk.bodies()).toEqual(['c 1']);
  });

  it('no poll is on its way while a WebSocket says hello; where that fails it polls on', () => {
    const [desk, asked] = polling();
    asked[0]?.answer(ok([message('c', 1)]));
    untilDialled(desk);
    expect(asked.map(({ isOff }) => isOff)).toEqual([false, false]);
    desk.socket.events.opened();
    expect(asked.map(({ isOff }) => isOff)).toEqual([false, true]);
    asked[1]?.answer(ok([message('c', 2)]));
    expect(desk.bodies()).toEqual(['c 1']);
    desk.socket.events.closed(1006);
    expect(asked[2]?.request).toMatchObject({ path: '/poll', body: { waitMs: 25_000, cursors: { c: 1 } } });
    expect(desk.core.state).toBe('polling');
  });

  it("a poll that was called off and still takes our place is not somebody else, for 'http.withinMs'", () => {
    const [desk, asked] = polling({ 'http.withinMs': 5_000 });
    asked[0]?.answer(ok());
    untilDialled(desk);
    desk.connect();
    desk.socket.events.closed(4103);
    expect(desk.core.state).toBe('reconnecting');
    untilDialled(desk);
    desk.connect();
    desk.clock.advance(5_000);
    desk.socket.events.closed(4103);
    expect(desk.shown.connection.at(-1)).toEqual({ state: 'closed', code: 4103 });
  });

  it('where HTTP fails as well it waits, and tries the WebSocket again', () => {
    const [desk, asked] = polling();
    asked[0]?.answer({ status: 0, body: undefined });
    expect(desk.core.state).toBe('reconnecting');
    untilDialled(desk);
    expect(desk.core.state).toBe('connecting');
  });

  it('a token that HTTP refuses ends it', () => {
    const [desk, asked] = polling();
    asked[0]?.answer({ status: 401, body: undefined });
    expect(desk.shown.connection.at(-1)).toEqual({ state: 'closed', code: 4101 });
    expect(desk.clock.pending).toBe(0);
  });
});
