// What is shown: each message once, in order, without holes; and what is acknowledged.
import { describe, expect, it } from 'vitest';
import { Desk, message, page, stored } from '#test/client/kit';

describe('showing', () => {
  it('K6 shows a replay once, and names the cursor when it comes back', () => {
    const desk = new Desk();
    desk.connect(message('c', 4), message('c', 5), {
      t: 'resumed',
      conv: 'c',
      since: 1,
      from: 4,
      to: 5,
      recovered: true,
    });
    expect(desk.bodies()).toEqual(['c 4', 'c 5']);
    desk.socket.events.closed(1006);
    desk.clock.advance(1_000);
    desk.socket.events.opened();
    expect(desk.sent('hello')).toEqual([{ t: 'hello', token: 'a token', device: 'phone', cursors: { c: 5 } }]);
    desk.connect(message('c', 5), message('c', 6));
    expect(desk.bodies()).toEqual(['c 4', 'c 5', 'c 6']);
  });

  it('K4 waits 100 ms for a number that is missing, and shows in order when it comes', () => {
    const desk = new Desk();
    desk.connect(message('c', 1), message('c', 3));
    desk.clock.advance(99);
    desk.say(message('c', 2));
    expect(desk.bodies()).toEqual(['c 1', 'c 2', 'c 3']);
    desk.clock.advance(10_000);
    expect(desk.sent('history')).toEqual([]);
  });

  it("K4 reads what is still missing after 'order.holdMs' from the history", () => {
    const desk = new Desk({ limits: { 'order.holdMs': 40 } });
    desk.connect(message('c', 1), message('c', 4));
    desk.clock.advance(39);
    expect(desk.sent('history')).toEqual([]);
    desk.clock.advance(1);
    const [request] = desk.sent('history');
    expect(request).toMatchObject({ conv: 'c', after: 1 });
    expect(desk.bodies()).toEqual(['c 1']);
    desk.say(page(request, 4));
    expect(desk.bodies()).toEqual(['c 1', 'c 2', 'c 3', 'c 4']);
  });

  it("shows its own message in its place, and forgets what lies behind a hole beyond 'order.held'", () => {
    const desk = new Desk({ limits: { 'order.held': 3 } });
    desk.connect(message('c', 1));
    const id = desk.core.send('c', 'mine');
    desk.say(stored('c', 3, id), message('c', 2));
    expect(desk.bodies()).toEqual(['c 1', 'c 2', 'mine']);
    desk.say(message('c', 5), message('c', 6), message('c', 7), message('c', 8));
    desk.clock.advance(100);
    desk.say(page(desk.sent('history')[0], 8));
    expect(desk.bodies().slice(3)).toEqual(['c 4', 'c 5', 'c 6', 'c 7', 'c 8']);
  });

  it('an announced gap is read page by page, and live messages wait behind it', () => {
    const desk = new Desk({ limits: { 'gap.page': 2 } });
    desk.connect(message('c', 1));
    desk.say({ t: 'resumed', conv: 'c', since: 1, from: 2, to: 4, recovered: false }, message('c', 5));
    expect(desk.sent('history')[0]).toMatchObject({ after: 1, limit: 2 });
    desk.say(page(desk.sent('history')[0], 3, true));
    expect(desk.bodies()).toEqual(['c 1', 'c 2', 'c 3']);
    desk.say(page(desk.sent('history')[1], 5));
    expect(desk.bodies()).toEqual(['c 1', 'c 2', 'c 3', 'c 4', 'c 5']);
  });

  it("of a gap beyond 'gap.messages' the older part is announced and the newer one read", () => {
    const desk = new Desk({ limits: { 'gap.messages': 3 } });
    desk.connect(message('c', 1));
    desk.say({ t: 'resumed', conv: 'c', since: 1, from: 2, to: 10, recovered: false });
    expect(desk.shown.gap).toEqual([{ conv: 'c', from: 2, to: 7 }]);
    desk.say(page(desk.sent('history')[0], 10));
    expect(desk.bodies()).toEqual(['c 1', 'c 8', 'c 9', 'c 10']);
  });

  it('a gap that could not be read is read on the next connection', () => {
    const desk = new Desk();
    desk.connect(message('c', 1));
    desk.say({ t: 'resumed', conv: 'c', since: 1, from: 2, to: 3, recovered: false });
    desk.socket.events.closed(1006);
    desk.clock.advance(1_000);
    desk.welcome();
    desk.say(page(desk.sent('history')[0], 3));
    expect(desk.bodies()).toEqual(['c 1', 'c 2', 'c 3']);
  });

  it('what the server does not have any more is taken back', () => {
    const desk = new Desk();
    desk.connect(message('c', 1), message('c', 2), message('c', 3));
    desk.say({ t: 'resumed', conv: 'c', since: 1, from: 2, to: 1, recovered: false });
    expect(desk.shown.rewound).toEqual([{ conv: 'c', to: 1 }]);
    desk.say(message('c', 2));
    expect(desk.shown.message.map(({ seq }) => seq)).toEqual([1, 2, 3, 2]);
  });

  it('C33 K15 without a connection nobody is online: they were last seen when it ended', () => {
    const desk = new Desk();
    desk.connect();
    desk.core.watch(['bob', 'carol']);
    desk.say({ t: 'presence', user: 'bob', state: 'online', lastSeenAt: null });
    desk.say({ t: 'presence', user: 'carol', state: 'offline', lastSeenAt: 77 });
    desk.clock.advance(5_000);
    desk.socket.events.closed(1006);
    expect(desk.shown.presence.slice(2)).toEqual([
      { user: 'bob', state: 'unknown', lastSeenAt: 1_005_000 },
      { user: 'carol', state: 'unknown', lastSeenAt: 77 },
    ]);
    desk.clock.advance(1_000);
    desk.connect();
    expect(desk.sent('watch')).toEqual([{ t: 'watch', users: ['bob', 'carol'] }]);
  });
});

describe('acknowledging', () => {
  const seqs = (desk: Desk): unknown[] => desk.sent('ack').map(({ seq }) => seq);

  it("K6 puts acknowledgements together for 'ack.everyMs'", () => {
    const desk = new Desk({ limits: { 'ack.everyMs': 20 } });
    desk.connect(message('c', 1), message('c', 2));
    desk.clock.advance(19);
    expect(seqs(desk)).toEqual([]);
    desk.clock.advance(1);
    expect(seqs(desk)).toEqual([2]);
  });

  it("acknowledges at once after 'ack.every' messages", () => {
    const desk = new Desk({ limits: { 'ack.every': 3 } });
    desk.connect(message('c', 1), message('c', 2), message('c', 3), message('c', 4), message('c', 5));
    expect(seqs(desk).length).toBeGreaterThan(0);
    desk.clock.advance(50);
    expect(seqs(desk).at(-1)).toBe(5);
  });

  it('a server with a small window hears of them before it is full', () => {
    const desk = new Desk();
    desk.welcome({ ackWindow: 2 });
    desk.say(message('c', 1), message('c', 2));
    expect(seqs(desk).length).toBeGreaterThan(0);
  });

  it("names the newest 'cursors.named' conversations", () => {
    const desk = new Desk({ limits: { 'cursors.named': 2 } });
    desk.connect(message('a', 1), message('b', 1), message('c', 1), message('a', 2));
    desk.clock.advance(50);
    const again = new Desk({ limits: { 'cursors.named': 2 } }, desk);
    again.welcome();
    expect(again.sent('hello')[0]).toMatchObject({ cursors: { c: 1, a: 2 } });
  });
});
