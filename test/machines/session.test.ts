// The life of a session: all its paths, and what paths cannot say: which code leads where, and what is emitted.
import { describe, expect, test } from 'vitest';
import { closeCodes } from '#contract/errors';
import type { CloseCode } from '#contract/errors';
import { sessionMachine } from '#machines/session';
import type { SessionEvent } from '#machines/session';
import { after, walkEverywhere } from '#test/machines/kit';

const input = { helloWithinMs: 10_000, graceMs: 60_000 };
const closed = (code: CloseCode): SessionEvent => ({ type: 'CLOSE', code, reason: 'why' });

walkEverywhere(sessionMachine, {
  input,
  events: [
    { type: 'WELCOMED' },
    { type: 'READY' },
    { type: 'WINDOW_FULL' },
    { type: 'WINDOW_OPEN' },
    { type: 'LOST' },
    closed(closeCodes.maintenance),
    closed(closeCodes.badFrames),
    { type: 'REPLACED' },
    { type: 'TOKEN_EXPIRED' },
  ],
});

const events = (...list: readonly SessionEvent[]) => list.map((event) => ({ event }));
const welcomed: SessionEvent = { type: 'WELCOMED' };
const full: SessionEvent = { type: 'WINDOW_FULL' };
const open: SessionEvent = { type: 'WINDOW_OPEN' };
const timer = { timer: 0 };

/** Where the session is after these, and all that it emitted. */
const story = (...list: readonly SessionEvent[]) => after(sessionMachine, input, ...events(...list));

const places: readonly { readonly name: string; readonly before: readonly SessionEvent[] }[] = [
  { name: 'while it resumes', before: [welcomed] },
  { name: 'while it is live', before: [welcomed, { type: 'READY' }] },
  { name: 'while it is slow', before: [welcomed, full] },
];

describe.each(places)('session: closing $name', ({ before }) => {
  test.each([4000, 4001, 4002, 4003, 1011] as const)('%i asks the client back: the session is kept', (code) => {
    expect(story(...before, closed(code))).toEqual({
      state: 'session.reconnecting',
      emitted: [{ type: 'close', code, reason: 'why' }],
    });
  });

  test.each([4100, 4101, 4103, 4104, 1003, 1007, 1009] as const)('%i is for good', (code) => {
    expect(story(...before, closed(code))).toEqual({
      state: 'session.expired',
      emitted: [{ type: 'close', code, reason: 'why' }, { type: 'expired' }],
    });
  });

  test('a newer connection of the device closes it with 4103', () => {
    expect(story(...before, { type: 'REPLACED' })).toEqual({
      state: 'session.expired',
      emitted: [{ type: 'close', code: 4103, reason: 'a newer connection of this device' }, { type: 'expired' }],
    });
  });

  test('a token that nobody renewed closes it with 4101', () => {
    expect(story(...before, { type: 'TOKEN_EXPIRED' })).toEqual({
      state: 'session.expired',
      emitted: [{ type: 'close', code: 4101, reason: 'the token expired' }, { type: 'expired' }],
    });
  });

  test('a lost socket closes nothing', () => {
    expect(story(...before, { type: 'LOST' })).toEqual({ state: 'session.reconnecting', emitted: [] });
  });
});

test('session: every close code has its place above', () => {
  expect(Object.values(closeCodes).sort()).toEqual([
    1003, 1007, 1009, 1011, 4000, 4001, 4002, 4003, 4100, 4101, 4103, 4104,
  ]);
});

describe('session: before hello', () => {
  test.each(Object.values(closeCodes))('%i ends it: there is nobody to come back', (code) => {
    expect(story(closed(code))).toEqual({
      state: 'session.expired',
      emitted: [{ type: 'close', code, reason: 'why' }, { type: 'expired' }],
    });
  });

  test('no hello in time closes with 4101', () => {
    expect(after(sessionMachine, input, timer)).toEqual({
      state: 'session.expired',
      emitted: [{ type: 'close', code: 4101, reason: 'no hello in time' }, { type: 'expired' }],
    });
  });

  test('a welcome ends the wait for hello', () => {
    expect(() => after(sessionMachine, input, ...events(welcomed), timer)).toThrow('there are 0 timers');
  });
});

describe('session: slow and back', () => {
  test('it returns to the replay', () => {
    expect(story(welcomed, full, open).state).toBe('session.connected.resuming');
  });

  test('it returns to live', () => {
    expect(story(welcomed, { type: 'READY' }, full, open).state).toBe('session.connected.live');
  });

  test('each time anew', () => {
    expect(story(welcomed, full, open, { type: 'READY' }, full, open).state).toBe('session.connected.live');
  });
});

describe('session: without a socket', () => {
  test('after the grace period it is over, and closes nothing', () => {
    expect(after(sessionMachine, input, ...events(welcomed, { type: 'LOST' }), timer)).toEqual({
      state: 'session.expired',
      emitted: [{ type: 'expired' }],
    });
  });

  test('a newer connection ends it without a close', () => {
    expect(story(welcomed, { type: 'LOST' }, { type: 'REPLACED' })).toEqual({
      state: 'session.expired',
      emitted: [{ type: 'expired' }],
    });
  });

  test('the socket of a session that was closed may go when it likes', () => {
    expect(story(welcomed, closed(4000), { type: 'LOST' }).state).toBe('session.reconnecting');
  });
});
