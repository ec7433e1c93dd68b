// The life of a node as a door: all its paths, and the order of a drain.
import { expect, test } from 'vitest';
import { gatewayMachine } from '#machines/gateway';
import type { GatewayEvent } from '#machines/gateway';
import { after, walkEverywhere } from '#test/machines/kit';

const input = { drainMs: 20_000 };
const event = (type: GatewayEvent['type']) => ({ event: { type } });
const timer = { timer: 0 };

walkEverywhere(gatewayMachine, {
  input,
  events: [{ type: 'READY' }, { type: 'FULL' }, { type: 'ROOM' }, { type: 'DRAIN' }, { type: 'EMPTY' }],
});

const announced = { type: 'announce', withinMs: 20_000 };

test('gateway: a drain announces, and ends when the last connection has gone', () => {
  expect(after(gatewayMachine, input, event('READY'), event('DRAIN'), event('EMPTY'))).toEqual({
    state: 'gateway.drained',
    emitted: [announced, { type: 'drained' }],
  });
});

test('gateway: when time is up the rest is closed, and still waited for', () => {
  expect(after(gatewayMachine, input, event('READY'), event('DRAIN'), timer)).toEqual({
    state: 'gateway.draining.forcing',
    emitted: [announced, { type: 'closeRest' }],
  });
  expect(after(gatewayMachine, input, event('READY'), event('DRAIN'), timer, event('EMPTY'))).toEqual({
    state: 'gateway.drained',
    emitted: [announced, { type: 'closeRest' }, { type: 'drained' }],
  });
});

test('gateway: it announces once, however often it is told to drain', () => {
  const drains = [event('DRAIN'), event('DRAIN'), timer, event('DRAIN')];
  expect(after(gatewayMachine, input, event('READY'), ...drains).emitted).toEqual([announced, { type: 'closeRest' }]);
});

test('gateway: a drain is not called off by room, by a full house, or by being ready', () => {
  for (const type of ['ROOM', 'FULL', 'READY'] as const) {
    expect(after(gatewayMachine, input, event('DRAIN'), event(type)).state).toBe('gateway.draining.leaving');
  }
});

test('gateway: the time of a drain ends with the drain', () => {
  const drained = [event('DRAIN'), event('EMPTY')];
  expect(() => after(gatewayMachine, input, ...drained, timer)).toThrow('there are 0 timers');
});

test('gateway: without a drain it emits nothing', () => {
  expect(after(gatewayMachine, input, event('READY'), event('FULL'), event('ROOM'), event('EMPTY'))).toEqual({
    state: 'gateway.serving',
    emitted: [],
  });
});
