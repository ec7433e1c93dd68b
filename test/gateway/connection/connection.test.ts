// One client's protocol edge: what reaches the session, what is answered at once, and what ends the connection.
import { describe, expect, test } from 'vitest';
import type { SharedMessage } from '#contract/ports/outlet';
import { mailboxFull, stage, stopped } from '#test/gateway/connection/kit';

const ping = { t: 'ping' };
const send = { t: 'send', id: 'id-00001', conv: 'd_1', body: 'hello' };
const stored = { t: 'stored', id: 'id-00001', conv: 'd_1', seq: 1, mid: 'm', at: 1 } as const;

describe('connection: frames', () => {
  test('good frames are told to the session, in order', () => {
    const { receive, told, raw } = stage();
    receive(send);
    receive(ping);
    expect(told).toEqual([
      { t: 'frame', frame: send },
      { t: 'frame', frame: ping },
    ]);
    expect(raw).toEqual([]);
  });

  test('a bad frame is answered, and the session hears nothing of it', () => {
    const { receive, told, sent } = stage();
    receive({ ...send, body: '' });
    expect(sent()).toMatchObject([
      { t: 'error', code: 'gateway.bad_frame', effect: 'none', id: 'id-00001', conv: 'd_1', of: 'send' },
    ]);
    expect(told).toEqual([]);
  });

  test('what the session sends goes out as text', () => {
    const { connection, sent, world } = stage();
    connection.send(stored);
    connection.ping();
    expect(sent()).toEqual([stored]);
    expect(world.pings).toBe(1);
  });

  test('a shared message goes out in the bytes that another connection made', () => {
    const frame = { t: 'message', conv: 'c', seq: 1, mid: 'm', from: 'bob', id: 'id-00001', body: 'b', at: 1 } as const;
    const shared: SharedMessage = { frame };
    const [one, other] = [stage(), stage()];
    one.connection.message(shared);
    shared.encoded = Buffer.from('{"first":true}');
    other.connection.message(shared);
    expect(one.sent()).toEqual([frame]);
    expect(other.sent()).toEqual([{ first: true }]);
  });

  test('mailbox.session: a full mailbox is answered gateway.overloaded, and the connection lives', () => {
    const { receive, sent, told, world, closes } = stage();
    world.refusal = mailboxFull;
    receive(send);
    world.refusal = undefined;
    receive(ping);
    expect(sent()).toEqual([
      {
        t: 'error',
        id: 'id-00001',
        conv: 'd_1',
        of: 'send',
        code: 'gateway.overloaded',
        message: 'too much at once',
        effect: 'none',
        retryAfterMs: 1_000,
      },
    ]);
    expect(told).toEqual([{ t: 'frame', frame: ping }]);
    expect(closes).toEqual([]);
  });

  test('a session that is gone ends the connection with 1011', () => {
    const { receive, world, closes } = stage();
    world.refusal = stopped;
    receive(send);
    expect(closes).toEqual([[1011, 'the session is gone']]);
  });

  test('frames and pongs are signs of life', () => {
    const { connection, receive, receiveText, world } = stage();
    expect(connection.lastHeardAt()).toBe(1_000_000);
    for (const hear of [() => receive(ping), () => receiveText('bad'), () => connection.heard()]) {
      world.now += 10;
      hear();
      expect(connection.lastHeardAt()).toBe(world.now);
    }
  });
});

describe('connection: ends', () => {
  test('a binary frame: 1003', () => {
    const { connection, closes, told } = stage();
    connection.receive(Buffer.from(JSON.stringify(ping)), true);
    expect(closes).toEqual([[1003, 'text frames only']]);
    expect(told).toEqual([]);
  });

  test('frame.bytes: one byte over is 1009', () => {
    const { receiveText, closes } = stage({ 'frame.bytes': 20 });
    receiveText('{"t":"ping"}        ');
    expect(closes).toEqual([]);
    receiveText('{"t":"ping"}         ');
    expect(closes).toEqual([[1009, 'frame too big']]);
  });

  test('badFrames.perMinute, lowered: the second one closes; 0 bears any number', () => {
    const strict = stage({ 'badFrames.perMinute': 2 });
    const patient = stage({ 'badFrames.perMinute': 0 });
    for (const { receiveText } of [strict, patient]) for (let n = 0; n < 50; n += 1) receiveText('{');
    expect(strict.closes).toEqual([[4100, 'too many bad frames']]);
    expect([patient.closes, patient.sent().length]).toEqual([[], 50]);
  });

  test('badFrames.perMinute: the tenth bad frame in a minute is answered, then 4100', () => {
    const { receiveText, codes, closes, world } = stage();
    for (let i = 0; i < 9; i += 1) receiveText('bad');
    world.now += 60_000;
    receiveText('bad');
    expect(closes).toEqual([]);
    for (let i = 0; i < 8; i += 1) receiveText('bad');
    expect(closes).toEqual([]);
    world.now += 59_999;
    receiveText('bad');
    expect(codes()).toEqual(Array.from({ length: 19 }, () => 'gateway.bad_frame'));
    expect(closes).toEqual([[4100, 'too many bad frames']]);
  });

  test('unknown types and bodies too big are not counted', () => {
    const { receive, closes, codes } = stage();
    for (let i = 0; i < 20; i += 1) receive({ t: 'nonsense' });
    for (let i = 0; i < 20; i += 1) receive({ ...send, body: 'x'.repeat(16_385) });
    expect(new Set(codes())).toEqual(new Set(['gateway.unknown_type', 'gateway.body_too_big']));
    expect(closes).toEqual([]);
  });

  test('socket.bufferedBytes: who does not read is closed with 4001 at the next write', () => {
    const { connection, closes, raw, world } = stage({ 'socket.bufferedBytes': 1_000 });
    world.buffered = 1_000;
    connection.send(stored);
    world.buffered = 1_001;
    connection.send(stored);
    expect(raw).toHaveLength(1);
    expect(closes).toEqual([[4001, 'slow consumer']]);
  });

  test('closing twice closes once, and nothing is sent or told afterwards', () => {
    const { connection, receive, raw, told, closes, world } = stage();
    connection.close(4103, 'replaced');
    connection.close(4000, 'maintenance');
    connection.send(stored);
    connection.ping();
    receive(send);
    receive({ t: 'nonsense' });
    expect(closes).toEqual([[4103, 'replaced']]);
    expect([raw, told, world.pings]).toEqual([[], [], 0]);
  });

  test('the session hears once that the socket is lost, also when it closed it itself', () => {
    const { connection, told, closes } = stage();
    connection.close(4103, 'replaced');
    connection.lost();
    connection.lost();
    connection.close(4000, 'maintenance');
    expect(told).toEqual([{ t: 'lost' }]);
    expect(closes).toHaveLength(1);
  });

  test('a farewell that a full mailbox refuses is repeated when the session next looks', () => {
    const { connection, told, world } = stage();
    world.refusal = mailboxFull;
    connection.lost();
    connection.lastHeardAt();
    expect(told).toEqual([]);
    world.refusal = undefined;
    connection.ping();
    connection.lastHeardAt();
    expect(told).toEqual([{ t: 'lost' }]);
  });
});

describe('connection: faults of ours', () => {
  test('an exception below ends it with 1011 and escapes to nobody', () => {
    const { connection, closes, world, errors } = stage();
    world.broken = true;
    expect(() => connection.send(stored)).not.toThrow();
    expect(closes).toEqual([[1011, 'internal error']]);
    expect(errors).toEqual(['Error: broken socket']);
  });

  test('so does a session that cannot be opened; the loss of the socket is then nobody’s news', () => {
    const { connection, receive, closes } = stage({}, () => {
      throw new Error('no more actors');
    });
    expect(closes).toEqual([[1011, 'internal error']]);
    receive(send);
    expect(() => connection.lost()).not.toThrow();
  });
});
