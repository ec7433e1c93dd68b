// docs/machines says what the machines are: every one has its page, and every page is what would be drawn today.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { breakerMachine } from '#machines/breaker';
import { clientMachine } from '#machines/client';
import { conversationMachine } from '#machines/conversation';
import { gatewayMachine } from '#machines/gateway';
import { presenceMachine } from '#machines/presence';
import { sessionMachine } from '#machines/session';
import { machineIndex, machinePage } from '#testkit/draw-machine';

const root = fileURLToPath(new URL('../..', import.meta.url));
const machines = {
  breaker: breakerMachine,
  client: clientMachine,
  conversation: conversationMachine,
  gateway: gatewayMachine,
  presence: presenceMachine,
  session: sessionMachine,
};
const names = Object.keys(machines) as (keyof typeof machines)[];

const sorted = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(ending) && file !== 'README.md')
    .map((file) => file.slice(0, -ending.length))
    .sort();

const committed = (page: string): string => readFileSync(join(root, 'docs/machines', `${page}.md`), 'utf8');
const advice = 'run `npm run docs:machines`';

test('every machine is drawn, and nothing else', () => {
  expect(names).toEqual(sorted('machines', '.ts'));
  expect(sorted('docs/machines', '.md'), advice).toEqual(names);
});

test.each(names)('docs/machines/%s.md is current', (name) => {
  expect(committed(name), advice).toBe(machinePage(machines[name], `../../machines/${name}.ts`));
});

test('docs/machines/README.md is current', () => {
  expect(committed('README'), advice).toBe(machineIndex(machines));
});
