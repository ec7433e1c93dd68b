// The breaker: all its paths, and how long it stays open.
import { expect, test } from 'vitest';
import { breakerMachine } from '#machines/breaker';
import { after, walkEverywhere } from '#test/machines/kit';

walkEverywhere(breakerMachine, {
  input: { openMs: 30_000 },
  events: (['TRIPPED', 'ANSWERED', 'FAILED', 'STOPPED'] as const).map((type) => ({ type })),
});

const story = (...steps: Parameters<typeof after<typeof breakerMachine>>[2][]) =>
  after(breakerMachine, { openMs: 30_000 }, ...steps);

const is = (...states: string[]) => states.map((state) => ({ type: 'is', state }));

test('F6 F8 breaker: closed, open, a probe after a while, and closed again when it comes back', () => {
  expect(story({ event: { type: 'TRIPPED' } }, { timer: 0 }, { event: { type: 'ANSWERED' } })).toEqual({
    state: 'breaker.closed',
    emitted: is('closed', 'open', 'halfOpen', 'closed'),
  });
});

test('F8 breaker: a probe that fails opens it again, for as long', () => {
  expect(story({ event: { type: 'TRIPPED' } }, { timer: 0 }, { event: { type: 'FAILED' } }).state).toBe('breaker.open');
});
