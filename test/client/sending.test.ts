// What is sent: saved first, sent again under the same id until there is an answer, in the order of writing.
import { describe, expect, it } from 'vitest';
import type { Change } from '#client/ports';
import { MemoryStorage } from '#client/memory-storage';
import { Desk, message, stored } from '#test/client/kit';

const ids = (desk: Desk): unknown[] => desk.sent('send').map(({ id }) => id);
const error = (id: string, more: object): object => ({
  t: 'error',
  id,
  of: 'send',
  message: 'no',
  effect: 'none',
  ...more,
});

describe('the outbox', () => {
  it('K5 K14 sends under one id through refusals and reconnects, and tells how far it has got', () => {
    const desk = new Desk();
    const id = desk.core.send('c', 'hello');
    desk.connect();
    expect(ids(desk)).toEqual([id]);
    desk.socket.events.closed(1006);
    desk.clock.advance(1_000);
    desk.connect();
    expect(ids(desk)).toEqual([id]);
    desk.say({ t: 'queued', id, conv: 'c' }, stored('c', 1, id));
    desk.say({ t: 'delivered', conv: 'c', user: 'bob', seq: 1 }, { t: 'read', conv: 'c', user: 'bob', seq: 1 });
    expect(desk.states(id)).toEqual(['sending', 'queued', 'stored', 'delivered', 'read']);
    expect(desk.core.unsent).toBe(0);
  });

  it('K11 repeats after 1 s, 2 s, 4 s while the store fails, and later where the server says so', () => {
    const desk = new Desk();
    desk.connect();
    const id = desk.core.send('c', 'hello');
    const waits: number[] = [];
    for (const retryAfterMs of [100, 100, 100, 20_000]) {
      const at = desk.clock.now();
      const before = ids(desk).length;
      desk.say(error(id, { code: 'store.unavailable', effect: 'unknown', retryAfterMs }));
      while (ids(desk).length === before && desk.clock.ringNext(at + 60_000));
      waits.push(desk.clock.now() - at);
      expect(ids(desk).at(-1)).toBe(id);
    }
    const least = [1_000, 2_000, 4_000, 20_000];
    waits.forEach((wait, index) => expect(wait).toBeGreaterThanOrEqual(least[index] ?? 0));
    waits.forEach((wait, index) =>
      expect(wait).toBeLessThanOrEqual((least[index] ?? 0) + Math.min(least[index] ?? 0, 5_000)),
    );
  });

  it('a refusal does not let the next message overtake', () => {
    const desk = new Desk();
    desk.connect();
    const first = desk.core.send('c', 'one');
    const second = desk.core.send('c', 'two');
    const elsewhere = desk.core.send('d', 'three');
    expect(ids(desk)).toEqual([first, elsewhere]);
    desk.say(error(first, { code: 'gateway.overloaded', retryAfterMs: 100 }));
    desk.clock.advance(3_000);
    expect(ids(desk)).toEqual([first, elsewhere, first]);
    desk.say(stored('c', 1, first));
    expect(ids(desk).at(-1)).toBe(second);
  });

  it('what cannot be done fails, with its reason, and the next goes', () => {
    const desk = new Desk();
    desk.connect();
    const first = desk.core.send('c', 'one');
    const second = desk.core.send('c', 'two');
    desk.say(error(first, { code: 'conversation.forbidden' }));
    expect(desk.states(first)).toEqual(['sending', 'failed']);
    expect(desk.shown.state.at(-1)?.fault?.code).toBe('conversation.forbidden');
    expect(ids(desk)).toEqual([first, second]);
  });

  it("G8 K10 a mobile client gives a message up after three refusals: 'outbox.tries'", () => {
    const desk = new Desk({ mobile: true });
    desk.connect();
    const id = desk.core.send('c', 'hello');
    for (let n = 0; n < 3; n += 1) {
      desk.say(error(id, { code: 'gateway.overloaded', retryAfterMs: 100 }));
      desk.clock.advance(20_000);
    }
    expect(ids(desk)).toHaveLength(3);
    expect(desk.states(id)).toEqual(['sending', 'failed']);
  });

  it('gives up after as many refusals as it was told, and never by default', () => {
    const triesOf = (limits: object): number => {
      const desk = new Desk({ limits });
      desk.connect();
      const id = desk.core.send('c', 'hello');
      for (let n = 0; n < 20; n += 1) {
        desk.say(error(id, { code: 'gateway.overloaded', retryAfterMs: 100 }));
        for (let waited = 0; waited < 40_000; waited += 20_000) {
          desk.clock.advance(20_000);
          desk.say({ t: 'pong' });
        }
      }
      return ids(desk).length;
    };
    expect(triesOf({ 'outbox.tries': 1 })).toBe(1);
    expect(triesOf({})).toBe(21);
  });

  it('what an earlier run left goes first, in its order, also when written while it is being read', () => {
    const desk = new Desk();
    const left = [desk.core.send('c', 'one'), desk.core.send('c', 'two')];
    desk.core.stop();
    const slow = new MemoryStorage();
    for (const change of desk.storage.kept()) slow.apply(change);
    let read = (): void => undefined;
    const load = slow.load.bind(slow);
    slow.load = (done) => (read = () => load(done));
    const again = new Desk({ storage: slow }, desk);
    const late = again.core.send('c', 'three');
    read();
    again.connect();
    for (let seq = 1; seq <= 3; seq += 1) again.say(stored('c', seq, ids(again)[seq - 1]));
    expect(ids(again)).toEqual([...left, late]);
    expect(slow.kept().filter((change: Change) => change.do === 'put')).toEqual([]);
  });

  it("is bounded: 'outbox.entries', 'outbox.bodyBytes', 'outbox.frameBytes'", () => {
    const desk = new Desk({ limits: { 'outbox.entries': 2, 'outbox.bodyBytes': 10, 'outbox.frameBytes': 100 } });
    const codeOf = (body: string): string | undefined => {
      desk.core.send('c', body);
      return desk.shown.state.at(-1)?.fault?.code;
    };
    expect(codeOf('🎉🎉🎉')).toBe('gateway.body_too_big');
    expect(codeOf('\u0000'.repeat(10))).toBe('gateway.body_too_big');
    expect(codeOf('one')).toBeUndefined();
    expect(codeOf('two')).toBeUndefined();
    expect(codeOf('three')).toBe('client.outbox_full');
  });

  it('what could not be saved is not sent', () => {
    const storage = new MemoryStorage();
    storage.write = (_, done) => done(false);
    const desk = new Desk({ storage });
    desk.connect();
    const id = desk.core.send('c', 'hello');
    expect(ids(desk)).toEqual([]);
    expect(desk.states(id)).toEqual(['sending', 'failed']);
  });

  it('an answer that was lost comes as a message, and settles it', () => {
    const desk = new Desk();
    desk.connect(message('c', 1));
    const id = desk.core.send('c', 'hello');
    desk.socket.events.closed(1006);
    desk.clock.advance(1_000);
    desk.welcome();
    desk.say({ ...message('c', 2, 'alice'), id }, { t: 'ready' });
    expect(desk.core.unsent).toBe(0);
    expect(ids(desk)).toEqual([]);
    expect(desk.bodies()).toEqual(['c 1', 'c 2']);
  });

  it("the oldest of more than 'receipts.tracked' messages no longer turn delivered", () => {
    const desk = new Desk({ limits: { 'receipts.tracked': 1 } });
    desk.connect();
    const [first, second] = [desk.core.send('c', 'one'), desk.core.send('d', 'two')];
    desk.say(stored('c', 1, first), stored('d', 1, second));
    desk.say({ t: 'delivered', conv: 'c', user: 'bob', seq: 1 }, { t: 'delivered', conv: 'd', user: 'bob', seq: 1 });
    expect([desk.states(first).at(-1), desk.states(second).at(-1)]).toEqual(['stored', 'delivered']);
  });
});

describe('questions', () => {
  const ask = (desk: Desk, results: unknown[], id: string): void =>
    desk.core.ask({ t: 'open', id, members: ['bob'] }, (result) => results.push(result));

  it('wait for the replay, are repeated after a reconnect, and answered once', () => {
    const desk = new Desk();
    const results: unknown[] = [];
    ask(desk, results, 'open-0001');
    desk.connect();
    desk.socket.events.closed(1006);
    desk.clock.advance(1_000);
    desk.connect();
    expect(desk.sent('open').map(({ id }) => id)).toEqual(['open-0001']);
    const opened = { t: 'opened', id: 'open-0001', conv: 'c', kind: 'direct', members: [], since: 1, seq: 0 };
    desk.say(opened, opened);
    expect(results).toEqual([{ ok: true, value: opened }]);
  });

  it("are bounded: 'requests.pending', and given up after 'requests.withinMs'", () => {
    const desk = new Desk({ limits: { 'requests.pending': 1, 'requests.withinMs': 5_000 } });
    const results: unknown[] = [];
    ask(desk, results, 'open-0001');
    ask(desk, results, 'open-0002');
    expect(results).toMatchObject([{ ok: false, fault: { code: 'client.requests_full' } }]);
    desk.clock.advance(5_000);
    expect(results[1]).toMatchObject({ ok: false, fault: { code: 'client.timeout', effect: 'unknown' } });
  });

  it('end with the client', () => {
    const desk = new Desk();
    const results: unknown[] = [];
    ask(desk, results, 'open-0001');
    desk.core.stop();
    ask(desk, results, 'open-0002');
    expect(results).toMatchObject([{ fault: { code: 'client.closed' } }, { fault: { code: 'client.closed' } }]);
    expect(desk.clock.pending).toBe(0);
  });
});
