// Edge and connection together, over real sockets: what a client sees of each rule that ends its connection.
import { noMeter } from '#contract/metrics';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { FromConnection } from '#contract/inlet';
import { withLimits, type LimitName } from '#contract/limits';
import type { Outlet } from '#contract/ports/outlet';
import { Connection } from '#gateway/connection/connection';
import { createEdge } from '#gateway/edge/edge';
import { closeOf, dial, quiet, silentDoors } from '#test/gateway/edge/kit';

const start = async (changed: Partial<Record<LimitName, number>> = {}) => {
  const limits = withLimits({ 'close.withinMs': 200, ...changed });
  const told: FromConnection[] = [];
  const outlets: Outlet[] = [];
  const edge = createEdge({
    host: '127.0.0.1',
    port: 0,
    limits,
    log: quiet,
    ready: () => true,
    ...silentDoors,
    accept: (socket, { name }) =>
      new Connection({
        name,
        ip: '127.0.0.1',
        meter: noMeter,
        socket,
        now: () => 0,
        limits,
        log: quiet,
        openSession: (outlet) => {
          outlets.push(outlet);
          return { path: `/${name}`, tell: (message) => void told.push(message) };
        },
      }),
  });
  const { port } = await edge.listen();
  onTestFinished(() => edge.kill());
  return { client: await dial(port), told, outlet: () => outlets[0] as Outlet };
};

const framesOf = (client: WebSocket): { t: string; code?: string }[] => {
  const frames: { t: string; code?: string }[] = [];
  client.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as { t: string }));
  return frames;
};

describe('a client', () => {
  test('reaches its session, and is heard no more after it left', async () => {
    const { client, told, outlet } = await start();
    const frames = framesOf(client);
    client.send('{"t":"ping"}');
    await vi.waitFor(() => expect(told).toEqual([{ t: 'frame', frame: { t: 'ping' } }]));
    outlet().send({ t: 'pong' });
    await vi.waitFor(() => expect(frames).toEqual([{ t: 'pong' }]));
    client.close();
    await vi.waitFor(() => expect(told.at(-1)).toEqual({ t: 'lost' }));
  });

  test('that sends ten bad frames at once gets ten answers, and 4100', async () => {
    const { client, told } = await start();
    const frames = framesOf(client);
    const closed = closeOf(client);
    for (let i = 0; i < 12; i += 1) client.send('bad');
    expect(await closed).toEqual([4100, 'too many bad frames']);
    expect(frames.map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 'gateway.bad_frame'));
    await vi.waitFor(() => expect(told).toEqual([{ t: 'lost' }]));
  });

  test('that sends a binary frame gets 1003, one over frame.bytes 1009', async () => {
    const [binary, long] = [await start(), await start()];
    binary.client.send(Buffer.from('{"t":"ping"}'), { binary: true });
    expect((await closeOf(binary.client))[0]).toBe(1003);
    long.client.send(`{"t":"ping"}${' '.repeat(65_536)}`);
    expect((await closeOf(long.client))[0]).toBe(1009);
  });

  test('that does not read is closed with 4001, and its session hears of it', async () => {
    const { client, told, outlet } = await start({ 'socket.bufferedBytes': 100_000 });
    const error = { t: 'error', code: 'gateway.overloaded', message: 'x'.repeat(50_000), effect: 'none' } as const;
    client.pause();
    for (let i = 0; i < 2_000 && outlet().bufferedBytes() <= 100_000; i += 1) {
      outlet().send(error);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(outlet().bufferedBytes()).toBeLessThan(200_000);
    outlet().send(error);
    await vi.waitFor(() => expect(told).toEqual([{ t: 'lost' }]));
  });
});
