// Coming back: what was missed is replayed exactly, or the gap is announced; what was unanswered is sent again.
import { afterEach, describe, expect, test } from 'vitest';
import type { Client } from '#test/e2e/driver/client';
import { until } from '#test/e2e/driver/wait';
import { Stage } from '#test/e2e/stage';

let stage: Stage;

afterEach(() => stage.close());

/** Anna and ben, ready, in their direct conversation. */
async function pair(limits: Record<string, number> = {}): Promise<{ anna: Client; ben: Client; conv: string }> {
  stage = await Stage.open({ limits });
  const anna = await stage.present('anna');
  const ben = await stage.present('ben');
  const { conv } = await anna.open(['ben']);
  await ben.connection.expect('opened');
  return { anna, ben, conv };
}

/** Sends `count` messages one after the other. */
async function say(client: Client, conv: string, count: number, what: string): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => client.send(conv, `${what} ${n}`)));
}

const seqs = (client: Client): number[] => client.connection.received('message').map(({ seq }) => seq);

describe('a device that comes back', () => {
  test('C8 K6: gets what it missed, once, in order, then `resumed`, then what is new', async () => {
    const { anna, ben, conv } = await pair();
    await say(anna, conv, 5, 'before');
    await ben.holds(conv, 5);
    await ben.cut();
    await say(anna, conv, 7, 'meanwhile');
    expect(await ben.connect()).toMatchObject({ resumed: true, ackWindow: 256, heartbeatMs: 30_000 });
    expect(seqs(ben)).toEqual([6, 7, 8, 9, 10, 11, 12]);
    const [resumed] = ben.connection.received('resumed');
    expect(resumed).toEqual({ t: 'resumed', conv, since: 1, from: 6, to: 12, recovered: true });
    await say(anna, conv, 1, 'after');
    await ben.holds(conv, 13);
    expect(seqs(ben).at(-1)).toBe(13);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });

  test('C8 K6: that names no cursors goes on after its last acknowledgement', async () => {
    const { anna, ben, conv } = await pair();
    const { conv: quiet } = await anna.open(['ben'], { title: 'quiet' });
    await say(anna, quiet, 2, 'known');
    await say(anna, conv, 3, 'before');
    await Promise.all([ben.holds(conv, 3), ben.holds(quiet, 2)]);
    await ben.ping();
    await ben.cut();
    await say(anna, conv, 2, 'meanwhile');
    ben.books.clear();
    await ben.connect();
    expect(seqs(ben)).toEqual([4, 5]);
    expect(ben.connection.received('resumed')).toEqual([
      { t: 'resumed', conv, since: 1, from: 4, to: 5, recovered: true },
    ]);
  });

  test('K5: repeats what was unanswered under the same ids, and nothing is there twice', async () => {
    const { anna, ben, conv } = await pair();
    const said = Array.from({ length: 50 }, (_, n) => anna.send(conv, `hurried ${n}`));
    await until(
      () => anna.stored.size > 10,
      () => 'some answers',
    );
    await anna.cut();
    const open = anna.pending.size;
    await anna.connect();
    const numbered = await stage.inTime(Promise.all(said), 'every send is answered');
    expect(numbered.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    await ben.holds(conv, 50);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
    expect(open).toBeLessThan(50);
  });

  test('is told of `removed` when it named a conversation that it may not read any more', async () => {
    const { anna, ben } = await pair();
    const { conv } = await anna.open(['ben', 'cleo'], { title: 'Three' });
    await say(anna, conv, 2, 'before');
    await ben.holds(conv, 2);
    await ben.cut();
    await anna.members(conv, { remove: ['ben'] });
    await ben.connect();
    expect(ben.connection.received('removed')).toEqual([{ t: 'removed', conv }]);
    expect(seqs(ben)).toEqual([]);
  });

  test('holds nothing above the end: a cursor beyond it is answered with the end', async () => {
    const { anna, ben, conv } = await pair();
    await say(anna, conv, 3, 'all');
    await ben.holds(conv, 3);
    await ben.cut();
    for (const seq of [4, 5, 6, 7]) ben.books.get(conv)?.hold(seq);
    await ben.connect();
    expect(ben.connection.received('resumed')).toEqual([
      { t: 'resumed', conv, since: 1, from: 4, to: 3, recovered: false },
    ]);
    expect(ben.books.get(conv)?.cursor).toBe(3);
    await say(anna, conv, 2, 'after');
    await ben.holds(conv, 5);
    expect(seqs(ben)).toEqual([4, 5]);
  });
});

describe('a new device', () => {
  test('starts after what any device of the user has acknowledged, and keeps that start', async () => {
    const { anna, ben, conv } = await pair();
    await say(anna, conv, 4, 'before');
    await ben.holds(conv, 4);
    await ben.ping();
    const phone = await stage.client('ben', { device: 'phone', ack: 'by hand' });
    expect(await phone.connect()).toMatchObject({ resumed: false });
    expect(seqs(phone)).toEqual([]);
    await say(anna, conv, 3, 'after');
    await ben.holds(conv, 7);
    await ben.ping();
    await phone.cut();
    phone.books.clear();
    expect(await phone.connect()).toMatchObject({ resumed: true });
    expect(seqs(phone)).toEqual([5, 6, 7]);
    expect(phone.connection.received('resumed')).toMatchObject([{ from: 5, to: 7, recovered: true }]);
  });

  test('of a user who was never there gets everything', async () => {
    stage = await Stage.open();
    const anna = await stage.present('anna');
    const { conv } = await anna.open(['zoe']);
    await say(anna, conv, 5, 'hello zoe');
    const zoe = await stage.present('zoe');
    expect(seqs(zoe)).toEqual([1, 2, 3, 4, 5]);
    expect(zoe.connection.received('resumed')).toMatchObject([{ conv, since: 1, from: 1, to: 5, recovered: true }]);
  });
});

describe('replay.max', () => {
  test('more than that missing is announced, not replayed; the gap is read with history', async () => {
    const { anna, ben, conv } = await pair({ 'replay.max': 20 });
    await ben.cut();
    await say(anna, conv, 21, 'too much');
    ben.books.get(conv)?.startAt(1);
    await ben.connect();
    expect(ben.connection.received('resumed')).toEqual([
      { t: 'resumed', conv, since: 1, from: 1, to: 21, recovered: false },
    ]);
    expect(seqs(ben)).toEqual([]);
    await say(anna, conv, 2, 'live');
    await ben.holds(conv, 23);
    expect(seqs(ben)).toEqual([22, 23]);
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });

  test('exactly that many are replayed', async () => {
    const { anna, ben, conv } = await pair({ 'replay.max': 20 });
    await ben.cut();
    await say(anna, conv, 20, 'just enough');
    await ben.connect();
    expect(seqs(ben)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(ben.connection.received('resumed')).toMatchObject([{ from: 1, to: 20, recovered: true }]);
  });
});

describe('window.unacked', () => {
  test('a connection that does not acknowledge gets eight and no more, until it does; it is never closed', async () => {
    const { anna, conv } = await pair({ 'window.unacked': 8 });
    const slow = await stage.present('ben', { device: 'slow', ack: 'by hand' });
    expect(await slow.connection.expect('welcome')).toMatchObject({ ackWindow: 8 });
    await say(anna, conv, 30, 'flood');
    await slow.ping();
    await slow.connection.expect('message', ({ seq }) => seq === 8);
    await anna.ping();
    await slow.ping();
    expect(seqs(slow)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    slow.connection.send({ t: 'ack', conv, seq: 5 });
    await slow.connection.expect('message', ({ seq }) => seq === 13);
    await slow.ping();
    expect(seqs(slow).at(-1)).toBe(13);
    for (const seq of [13, 21, 29]) {
      slow.connection.send({ t: 'ack', conv, seq });
      await slow.connection.expect('message', (message) => message.seq === Math.min(seq + 8, 30));
    }
    expect(seqs(slow)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    expect(slow.connection.isOpen).toBe(true);
  });

  test('the replay counts: it goes on while acknowledged, and `ready` comes at its end', async () => {
    const { anna, ben, conv } = await pair({ 'window.unacked': 8 });
    await ben.cut();
    await say(anna, conv, 50, 'meanwhile');
    await ben.connect();
    expect(seqs(ben)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(await stage.verdict(new Map([[conv, [anna, ben]]]))).toBe('');
  });

  test('over all conversations together; leaving one frees its places', async () => {
    const { anna, conv } = await pair({ 'window.unacked': 8 });
    const { conv: group } = await anna.open(['ben', 'cleo'], { title: 'Three' });
    const slow = await stage.present('ben', { device: 'slow', ack: 'by hand' });
    await say(anna, group, 6, 'group');
    await slow.connection.expect('message', (message) => message.conv === group && message.seq === 6);
    await say(anna, conv, 6, 'direct');
    await slow.connection.expect('message', (message) => message.conv === conv && message.seq === 2);
    await slow.ping();
    expect(seqs(slow)).toHaveLength(8);
    await anna.members(group, { remove: ['ben'] });
    await slow.connection.expect('removed');
    await slow.connection.expect('message', (message) => message.conv === conv && message.seq === 6);
  });
});
