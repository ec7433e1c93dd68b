// The drawing of a small machine that has everything: nesting, a history, guards, delays, an end.
import { setup } from 'xstate';
import { expect, test } from 'vitest';
import { machineIndex, machinePage } from '#testkit/draw-machine';

const lamp = setup({
  delays: { shine: 60_000 },
  guards: { hard: () => true },
  actions: { click: () => undefined },
}).createMachine({
  id: 'lamp',
  description: 'A lamp | that goes out by itself.',
  initial: 'off',
  states: {
    off: { description: 'Dark.', on: { PRESS: { target: 'on.colour', actions: 'click', description: 'Light.' } } },
    on: {
      description: 'Light.',
      initial: 'white',
      entry: 'click',
      after: { shine: { target: 'off', description: 'Nobody is here.' } },
      on: {
        PRESS: { target: 'off', description: 'Enough.' },
        HIT: [
          { guard: 'hard', target: 'broken', description: 'Glass.' },
          { actions: 'click', description: 'Bounces.' },
        ],
      },
      states: {
        white: { description: 'All colours.', on: { TURN: { target: 'red', description: 'Warmer.' } } },
        red: { description: 'One colour.' },
        colour: { type: 'history', description: 'As it was.' },
      },
    },
    broken: { type: 'final', description: 'For good.' },
  },
});

test('a page holds the picture and says what everything means', () => {
  expect(machinePage(lamp, '../../machines/lamp.ts')).toBe(`# lamp

A lamp | that goes out by itself.

Written by \`npm run docs:machines\`: change the machine, not this page.
Definition: [machines/lamp.ts](../../machines/lamp.ts).

\`\`\`mermaid
stateDiagram-v2
  state "off" as off
  state "on" as on {
    state "white" as on_white
    state "red" as on_red
    state "colour (history)" as on_colour
    [*] --> on_white
    on_white --> on_red : TURN
  }
  state "broken" as broken
  [*] --> off
  off --> on_colour : PRESS
  on --> off : PRESS, after shine
  on --> broken : HIT [hard]
  on --> on : HIT
  broken --> [*]
\`\`\`

## States

| state | what it means | on entry |
| --- | --- | --- |
| \`off\` | Dark. |  |
| \`on\` | Light. | \`click\` |
| \`on.white\` | All colours. |  |
| \`on.red\` | One colour. |  |
| \`on.colour\` (history) | As it was. |  |
| \`broken\` (final) | For good. |  |

## Transitions

| from | on | to | does | why |
| --- | --- | --- | --- | --- |
| \`off\` | PRESS | \`on.colour\` | \`click\` | Light. |
| \`on\` | PRESS | \`off\` |  | Enough. |
| \`on\` | HIT [hard] | \`broken\` |  | Glass. |
| \`on\` | HIT | stays | \`click\` | Bounces. |
| \`on\` | after shine | \`off\` |  | Nobody is here. |
| \`on.white\` | TURN | \`on.red\` |  | Warmer. |
`);
});

test('the index lists machines by page', () => {
  expect(machineIndex({ 'table-lamp': lamp })).toContain(
    '| [lamp](table-lamp.md) | A lamp \\| that goes out by itself. | off, on, broken |',
  );
});
