// Every close by the server is counted by its code, whoever of edge, connection and `ws` decided it.
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { LimitName } from '#contract/limits';
import { closeOf, dial, startEdge } from '#test/gateway/edge/kit';

const start = async (changed: Partial<Record<LimitName, number>> = {}) => {
  const counted: string[] = [];
  const meter = {
    count: (name: string, labels = '') => void (name.includes('closed') && counted.push(labels)),
    observe: () => undefined,
  };
  const { edge, world } = await startEdge(changed, undefined, { meter });
  return { edge, world, counted };
};

test.each<[number, string, (client: WebSocket) => void]>([
  [1009, 'a frame that is too long', (client) => client.send('x'.repeat(65_537))],
  [1008, 'too many fragments', (client) => [1, 2, 3, 4, 5, 6].forEach(() => client.send('', { fin: false }))],
  [1007, 'text that is no UTF-8', (client) => client.send(Buffer.from([0xff]), { binary: false })],
])('%i: %s', async (code, _what, act) => {
  const { world, counted } = await start({ 'frame.fragments': 5 });
  const client = await dial(world.port);
  act(client);
  expect((await closeOf(client))[0]).toBe(code);
  expect(counted).toEqual([String(code)]);
});

test('4104 for want of a common protocol, 4000 for who is left at the end', async () => {
  const { edge, world, counted } = await start();
  const stranger = await dial(world.port, ['other']);
  expect((await once(stranger, 'close'))[0]).toBe(4104);
  await dial(world.port);
  await vi.waitFor(() => expect(edge.connections()).toBe(1));
  await edge.close();
  expect(counted).toEqual(['4104', '4000']);
});

test('who goes by themself is not counted', async () => {
  const { edge, world, counted } = await start();
  const [polite, gone] = [await dial(world.port), await dial(world.port)];
  polite.close();
  gone.terminate();
  await vi.waitFor(() => expect(edge.connections()).toBe(0));
  expect(counted).toEqual([]);
});
