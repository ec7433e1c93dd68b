// The connection: how long it waits, when it gives up, moves and comes back; and that no timer outlives it.
import { describe, expect, it } from 'vitest';
import { clientLimitTable } from '#client/limits';
import { sourcesIn } from '#test/house/sources';
import { Desk, message, untilDialled } from '#test/client/kit';

describe('reconnecting', () => {
  const waits = (limits: object = {}): number[] => {
    const desk = new Desk({ limits });
    return Array.from({ length: 12 }, () => {
      desk.socket.events.closed(1006);
      return untilDialled(desk);
    });
  };

  it('K1 K2 C4 waits at random between 0 and 1 s, 2 s, 4 s … and never more than 30 s', () => {
    const drawn = waits();
    drawn.forEach((wait, n) => expect(wait).toBeLessThanOrEqual(Math.min(30_000, 1_000 * 2 ** n)));
    expect(Math.max(...drawn)).toBeGreaterThan(15_000);
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  it("draws from 'reconnect.baseMs' to 'reconnect.capMs'", () => {
    const drawn = waits({ 'reconnect.baseMs': 10, 'reconnect.capMs': 20 });
    expect(Math.max(...drawn)).toBeLessThanOrEqual(20);
  });

  it("K9 G7 honours Retry-After and adds up to 'retryAfter.jitterMs'", () => {
    const drawn = Array.from({ length: 20 }, (_, n) => {
      const desk = new Desk({ limits: { 'retryAfter.jitterMs': 4_000 }, random: { next: () => n / 20, int: () => 0 } });
      desk.socket.events.closed(1006, 7_000);
      return untilDialled(desk);
    });
    expect(Math.min(...drawn)).toBe(7_000);
    expect(Math.max(...drawn)).toBe(10_800);
  });

  it('begins anew after it had all that was missed', () => {
    const desk = new Desk();
    for (let n = 0; n < 6; n += 1) {
      desk.socket.events.closed(1006);
      untilDialled(desk);
    }
    desk.connect();
    desk.socket.events.closed(1006);
    expect(untilDialled(desk)).toBeLessThanOrEqual(1_000);
  });

  it("K10 G8 a mobile client stops after three tries ('reconnect.tries') until there is a network", () => {
    const desk = new Desk({ mobile: true });
    for (let n = 0; n < 2; n += 1) {
      desk.socket.events.closed(1006);
      untilDialled(desk);
    }
    desk.socket.events.closed(1006);
    expect(desk.core.state).toBe('offline');
    expect(desk.clock.pending).toBe(0);
    desk.core.setOnline(true);
    expect(untilDialled(desk)).toBeLessThanOrEqual(1_000);
    desk.connect();
    expect(desk.core.state).toBe('connected');
  });

  it('gives up after as many tries as it was told, and tries for ever by default', () => {
    const lifeAfter = (tries: number, limits: object): string => {
      const desk = new Desk({ limits });
      for (let n = 0; n < tries; n += 1) {
        desk.socket.events.closed(1006);
        untilDialled(desk);
      }
      return desk.core.state;
    };
    expect(lifeAfter(1, { 'reconnect.tries': 2 })).toBe('connecting');
    expect(lifeAfter(2, { 'reconnect.tries': 2 })).toBe('offline');
    expect(lifeAfter(50, {})).toBe('connecting');
  });

  it('does not try while the platform says that there is no network', () => {
    const desk = new Desk();
    desk.connect();
    desk.core.setOnline(false);
    expect(desk.socket.isClosed).toBe(true);
    desk.clock.advance(120_000);
    expect(desk.dials).toHaveLength(1);
  });

  it("a socket without `welcome` within 'connect.withinMs' is given up", () => {
    const desk = new Desk({ limits: { 'connect.withinMs': 3_000 } });
    desk.clock.advance(2_999);
    expect(desk.core.state).toBe('connecting');
    desk.clock.advance(1);
    expect(desk.core.state).toBe('reconnecting');
    expect(desk.socket.isClosed).toBe(true);
  });

  it.each([4100, 4101, 4103, 4104])('does not come back after %i', (code) => {
    const desk = new Desk();
    desk.connect();
    desk.socket.events.closed(code);
    expect(desk.shown.connection.at(-1)).toEqual({ state: 'closed', code });
    expect(desk.clock.pending).toBe(0);
  });

  it.each([4000, 4001, 4002, 4003, 1011, 1006])('comes back after %i', (code) => {
    const desk = new Desk();
    desk.connect();
    desk.socket.events.closed(code);
    expect(untilDialled(desk)).toBeLessThanOrEqual(1_000);
  });

  it('a connection that is silent is asked, and given up when it stays silent', () => {
    const desk = new Desk();
    desk.connect();
    desk.clock.advance(59_999);
    expect(desk.sent('ping')).toHaveLength(1);
    desk.say({ t: 'pong' });
    desk.clock.advance(30_000);
    expect(desk.core.state).toBe('connected');
    desk.clock.advance(31_000);
    expect(desk.lifeStates()).toContain('reconnecting');
  });

  it('K8 C20 goes elsewhere at a random moment, before it is cut', () => {
    const desk = new Desk();
    desk.connect();
    desk.say({ t: 'server_maintenance', reconnectWithinMs: 10_000 });
    expect(untilDialled(desk)).toBeLessThan(10_000);
    expect(desk.dials[0]?.isClosed).toBe(true);
    expect(desk.core.state).toBe('connecting');
  });

  it("renews its token 'token.renewMs' before it ends, on the same connection", () => {
    const desk = new Desk({ limits: { 'token.renewMs': 10_000 } });
    desk.welcome({ exp: desk.clock.now() + 100_000, heartbeatMs: 1_000_000 });
    desk.clock.advance(89_999);
    expect(desk.sent('hello')).toHaveLength(1);
    desk.clock.advance(1);
    expect(desk.sent('hello')).toHaveLength(2);
    desk.say({ t: 'welcome', exp: desk.clock.now() + 100_000 });
    desk.clock.advance(90_000);
    expect(desk.sent('hello')).toHaveLength(3);
  });

  it('what an older socket still says is nobody’s', () => {
    const desk = new Desk();
    desk.connect();
    const [old] = desk.dials;
    old?.events.closed(1006);
    desk.clock.advance(1_000);
    old?.events.text(JSON.stringify(message('c', 1)));
    old?.events.closed(4103);
    expect(desk.bodies()).toEqual([]);
    expect(desk.core.state).toBe('connecting');
  });

  it('leaves no timer behind, whatever it was doing', () => {
    const desk = new Desk();
    desk.connect(message('c', 1), message('c', 5));
    desk.core.send('c', 'hello');
    desk.core.ask({ t: 'open', id: 'open-0001', members: ['bob'] }, () => undefined);
    desk.core.stop();
    expect(desk.clock.pending).toBe(0);
    expect(desk.core.state).toBe('closed');
  });
});

describe('limits of the client', () => {
  const texts = sourcesIn('test/client').map(({ text }) => text);
  it.each(Object.keys(clientLimitTable))('%s is overflowed by a test that names it', (name) => {
    const isSet = texts.some((text) => text.includes(`'${name}': `));
    const isInTitle = texts.some((text) =>
      text.split('\n').some((line) => /^\s*it\(/.test(line) && line.includes(`'${name}'`)),
    );
    expect(isSet || isInTitle).toBe(true);
  });
});
