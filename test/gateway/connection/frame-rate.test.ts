// frames.perSecond: what is over it is refused, and who is over it for long is closed.
import { describe, expect, test } from 'vitest';
import { stage } from '#test/gateway/connection/kit';

const send = { t: 'send', id: 'id-00001', conv: 'd_1', body: 'hello' };

/** As a client that sends `perSecond` frames, evenly, for `seconds`. */
const flood = (staged: ReturnType<typeof stage>, perSecond: number, seconds: number): void => {
  for (let i = 0; i < perSecond * seconds; i += 1) {
    staged.world.now += 1_000 / perSecond;
    staged.receive(send);
  }
};

describe('connection: frames.perSecond', () => {
  test('a second’s worth at once is taken; the next is refused, with the time to wait', () => {
    const staged = stage({ 'frames.perSecond': 10 });
    for (let i = 0; i < 11; i += 1) staged.receive(send);
    expect(staged.told).toHaveLength(10);
    expect(staged.sent()).toEqual([
      {
        t: 'error',
        id: 'id-00001',
        conv: 'd_1',
        of: 'send',
        code: 'gateway.rate_limited',
        message: 'too many frames a second',
        effect: 'none',
        retryAfterMs: 100,
      },
    ]);
    staged.world.now += 100;
    staged.receive(send);
    expect(staged.told).toHaveLength(11);
  });

  test('a refused frame is not looked at further: no bad frame is counted', () => {
    const staged = stage({ 'frames.perSecond': 1 });
    staged.receive(send);
    for (let i = 0; i < 20; i += 1) staged.receive({ t: 'send', id: 'id-00002' });
    expect(new Set(staged.codes())).toEqual(new Set(['gateway.rate_limited']));
    expect(staged.sent()[0]).toMatchObject({ id: 'id-00002', of: 'send' });
    expect(staged.closes).toEqual([]);
  });

  test('frames.overMs: over it for 10 s without pause closes with 4002', () => {
    const staged = stage({ 'frames.perSecond': 10 });
    flood(staged, 20, 10);
    expect(staged.closes).toEqual([]);
    flood(staged, 20, 2);
    expect(staged.closes).toEqual([[4002, 'too many frames a second']]);
  });

  test('after a pause the 10 s begin anew', () => {
    const staged = stage({ 'frames.perSecond': 10 });
    flood(staged, 20, 9);
    staged.world.now += 1_500;
    flood(staged, 20, 9);
    expect(staged.closes).toEqual([]);
  });

  test('the rate itself is never refused; 0 is no limit', () => {
    const [even, free] = [stage({ 'frames.perSecond': 10 }), stage({ 'frames.perSecond': 0 })];
    flood(even, 10, 60);
    for (let i = 0; i < 5_000; i += 1) free.receive(send);
    expect([even.raw, free.raw]).toEqual([[], []]);
  });

  test('a clock that steps back takes nothing away', () => {
    const staged = stage({ 'frames.perSecond': 10 });
    staged.world.now -= 3_600_000;
    staged.receive(send);
    expect(staged.raw).toEqual([]);
  });
});
