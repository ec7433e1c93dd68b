// The server goes and comes back: it says goodbye, answers what is in flight, ends with 0; nothing is lost or doubled.
// And what a client sees of all this is no more than the protocol names.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Random } from '#test/e2e/driver/random';
import { sleep, until } from '#test/e2e/driver/wait';
import { Stage } from '#test/e2e/stage';

let stage: Stage;

beforeEach(async () => {
  stage = await Stage.open();
});

afterEach(() => stage.close());

describe('SIGTERM', () => {
  test('server_maintenance, then 4000, then exit 0; sends in flight are stored once', async () => {
    const anna = await stage.present('anna');
    const ben = await stage.present('ben');
    const { conv } = await anna.open(['ben']);
    const connection = anna.connection;
    const said = Array.from({ length: 200 }, (_, n) => anna.send(conv, `hurried ${n}`));
    const started = performance.now();
    const ended = stage.server.terminate();
    const { reconnectWithinMs } = await connection.expect('server_maintenance');
    expect(reconnectWithinMs).toBeGreaterThanOrEqual(0);
    expect(await connection.end()).toMatchObject({ code: 4000 });
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - started).toBeLessThan(6_000);
    await stage.server.start();
    await Promise.all([anna.connect(), ben.connect()]);
    await stage.inTime(Promise.all(said), 'every send is answered');
    await Promise.all([anna.holds(conv, 200), ben.holds(conv, 200)]);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });

  test('until the close sends are still answered', async () => {
    const anna = await stage.present('anna');
    const { conv } = await anna.open(['ben']);
    const { connection } = anna;
    const ended = stage.server.terminate();
    await connection.expect('server_maintenance');
    let answered = 0;
    for (let n = 0; connection.isOpen; n += 1) {
      void anna.send(conv, `late ${n}`).then(() => (answered += 1));
      await sleep(10);
    }
    expect(await connection.end()).toMatchObject({ code: 4000 });
    expect(await ended).toEqual({ code: 0, signal: null });
    const toldBefore = answered;
    await stage.server.start();
    await anna.connect();
    await until(
      () => anna.pending.size === 0,
      () => 'all answers',
    );
    expect(toldBefore).toBeGreaterThan(0);
    expect(await stage.verdict(new Map([[conv, [anna]]]))).toBe('');
  });

  test('with nobody connected it ends at once; the data is free for the next', async () => {
    expect(await stage.server.terminate(3_000)).toEqual({ code: 0, signal: null });
    await stage.server.start();
    await (await stage.present('anna')).ping();
  });
});

test('K13: a client needs nothing that the protocol does not name, and sees nothing of partitions', async () => {
  const anna = await stage.present('anna', { stubborn: new Random(1) });
  const ben = await stage.present('ben');
  const { conv } = await anna.open(['ben'], { title: 'Two' });
  await anna.send(conv, 'one', { meta: { a: 1 } });
  await anna.members(conv, { add: ['cleo'] });
  await ben.holds(conv, 2);
  await ben.history(conv);
  await expect(ben.send('nowhere', 'x')).rejects.toThrow('conversation.forbidden');
  await stage.server.kill();
  await stage.server.start();
  await ben.connect();
  await until(
    () => anna.isReady,
    () => 'anna is back',
  );
  const named = new Map<string, Set<string>>();
  for (const { connections } of stage.log.recordings)
    for (const { traffic } of connections)
      for (const { dir, frame } of traffic)
        if (dir === 'in') named.set(frame.t, new Set([...(named.get(frame.t) ?? []), ...Object.keys(frame)]));
  const fields: Record<string, string> = {
    welcome: 't session user device node heartbeatMs ackWindow resumed exp',
    stored: 't id conv seq mid at',
    message: 't conv seq mid from id body at meta event',
    resumed: 't conv since from to recovered',
    ready: 't',
    history: 't id conv messages more',
    opened: 't id conv kind members title since seq',
    members: 't id conv members since seq',
    error: 't id conv of code message effect retryAfterMs',
    delivered: 't conv user seq',
    read: 't conv user seq',
  };
  const always = Object.keys(fields).filter((t) => t !== 'delivered' && t !== 'read');
  for (const [t, seen] of named) expect(fields[t]?.split(' '), t).toEqual(expect.arrayContaining([...seen]));
  expect([...named.keys()]).toEqual(expect.arrayContaining(always));
});
