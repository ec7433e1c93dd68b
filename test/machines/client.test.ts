// The life of a client's connection: all its paths, and that the table which runs in clients is this machine.
import { createActor } from 'xstate';
import { expect, test } from 'vitest';
import { clientMachine } from '#machines/client';
import type { ClientEvent } from '#machines/client';
import { life } from '#client/life';
import type { LifeState } from '#client/life';
import { walkEverywhere } from '#test/machines/kit';

const types: ClientEvent['type'][] = [
  ...(['START', 'WELCOME', 'LOST', 'WAITED', 'MOVE', 'FALL_BACK'] as const),
  ...(['GIVE_UP', 'OFFLINE', 'ONLINE', 'REFUSED', 'STOP'] as const),
];

walkEverywhere(clientMachine, { input: undefined, events: types.map((type) => ({ type })) });

const states = Object.keys(life) as LifeState[];

test('client: the table has the states of the machine', () => {
  expect(states.sort()).toEqual(Object.keys(clientMachine.states).sort());
});

test.each(states.filter((state) => state !== 'closed'))(
  'client: from %s every event leads where the table says',
  (state) => {
    const actual = types.map((type) => {
      const actor = createActor(clientMachine, { snapshot: clientMachine.resolveState({ value: state }) }).start();
      actor.send({ type });
      return [type, actor.getSnapshot().value];
    });
    expect(actual).toEqual(types.map((type) => [type, life[state][type] ?? state]));
  },
);

test('client: nothing leads out of the end', () => {
  expect(clientMachine.states['closed']?.type).toBe('final');
  expect(life.closed).toEqual({});
});
