// The event log over a broker of its own that is killed, stopped in its tracks and started again.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KafkaLog } from '#adapters/kafka/log';
import { systemTime } from '#adapters/system/time';
import { unguarded } from '#contract/guard';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { LogBatch, LogPlace } from '#contract/ports/event-log';
import type { Services } from '#scripts/services/services';
import { startServices } from '#scripts/services/start';
import { sleep, until } from '#test/e2e/driver/wait';
import { listening, numbers, records } from '#test/ports/event-log.kit';
import { settle } from '#test/ports/harness';
import { freshName } from '#test/ports/words';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const opened: KafkaLog[] = [];
const loose: unknown[] = [];
const noteLoose = (error: unknown): void => void loose.push(error);
let own: Services;

const broker = () => {
  const [first] = own.kafka.brokers;
  if (first === undefined) throw new Error('no broker');
  return first;
};

const openLog = async (changed: Partial<Record<LimitName, number>> = {}): Promise<KafkaLog> => {
  const limits = withLimits({ 'kafka.requestMs': 1_000, 'kafka.sessionMs': 6_000, 'kafka.pollMs': 20, ...changed });
  const kit = { prefix: 'faults-', clientId: 'test', guard: unguarded, limits, log: quiet, time: systemTime };
  const log = await KafkaLog.open({ brokers: own.urls.kafka ?? '', ...kit });
  opened.push(log);
  return log;
};

beforeAll(async () => {
  process.on('unhandledRejection', noteLoose);
  own = await startServices({ only: ['kafka'] });
  const log = await openLog();
  await log.setUp(1);
}, 120_000);

afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()));
  expect(loose).toEqual([]);
});

afterAll(async () => {
  await own.stop();
  process.off('unhandledRejection', noteLoose);
});

/** Appends one number after the other of a key, each until it is there; what it was told is what must be there. */
const writing = (log: KafkaLog, key: string) => {
  const stored: { readonly n: number; readonly place: LogPlace }[] = [];
  let goes = true;
  const over = (async () => {
    for (let n = 1; goes;) {
      const outcome = await settle(log.append('messages', records(key, n, n)));
      const [place] = outcome.ok ? outcome.value : [];
      if (place !== undefined) {
        stored.push({ n, place });
        n += 1;
      }
      await sleep(outcome.ok ? 2 : 50);
    }
  })();
  const end = async (): Promise<typeof stored> => {
    goes = false;
    await over;
    return stored;
  };
  return { stored, end };
};

/** Everything in the log, each record once. */
const wholeLog = async (log: KafkaLog): Promise<Map<string, { readonly key: string; readonly value: unknown }>> => {
  const held = new Map<string, { readonly key: string; readonly value: unknown }>();
  const { reader } = listening({ log }, { topic: 'messages', from: 'oldest' }, (batch) => {
    for (const { partition, offset, key, value } of batch.records) held.set(`${partition} ${offset}`, { key, value });
    batch.done()(() => undefined);
  });
  await settle(reader.joined);
  for (let lag = 1n; lag > 0n; await sleep(50)) {
    const outcome = await settle(reader.lag());
    lag = outcome.ok ? outcome.value : 1n;
  }
  return held;
};

/** Each number for the first time after the one before it; repeats may follow. */
const isInOrder = (values: readonly unknown[]): boolean => {
  const first = [...new Set(values)];
  return first.every((value, index) => value === index + 1);
};

const goesOn = async (
  listener: { readonly of: (key: string) => unknown[] },
  key: string,
  writer: ReturnType<typeof writing>,
) => {
  const reached = writer.stored.length;
  await until(
    () => writer.stored.length > reached + 20,
    () => `appends go on from ${reached}`,
    40_000,
  );
  await until(
    () => listener.of(key).includes(reached + 20),
    () => `the reader goes on to ${reached + 20}, and is at ${String(listener.of(key).at(-1))}`,
    40_000,
  );
};

describe('a broker that dies', () => {
  it('D15 killed and started again: nothing acknowledged is lost, keys keep their order, readers go on', async () => {
    const log = await openLog();
    const keys = [freshName('key-'), freshName('key-'), freshName('key-')];
    const listener = listening({ log }, { topic: 'messages', from: 'newest' });
    await settle(listener.reader.joined);
    const writers = keys.map((key) => writing(log, key));
    for (const round of [1, 2]) {
      await until(
        () => writers.every(({ stored }) => stored.length > 50 * round),
        () => 'appends are made',
        20_000,
      );
      await broker().kill();
      await sleep(1_000);
      await broker().restart();
      for (const [index, writer] of writers.entries()) await goesOn(listener, keys[index] ?? '', writer);
    }
    const stored = await Promise.all(writers.map((writer) => writer.end()));
    const held = await wholeLog(log);
    for (const [index, key] of keys.entries()) {
      expect(stored[index]?.length).toBeGreaterThan(100);
      for (const { n, place } of stored[index] ?? [])
        expect(held.get(`${place.partition} ${place.offset}`)).toEqual({ key, value: n });
      const last = stored[index]?.length ?? 0;
      await until(
        () => listener.of(key).includes(last),
        () => `all ${last} are read`,
        20_000,
      );
      expect(isInOrder(listener.of(key))).toBe(true);
    }
  }, 180_000);

  it("'kafka.rejoinMs': opened while it was dead, it joins when it is back, and again says the same", async () => {
    const log = await openLog({ 'kafka.rejoinMs': 200 });
    await broker().kill();
    const held: LogBatch[] = [];
    const listener = listening({ log }, { topic: 'search', from: 'oldest' }, (batch) => held.push(batch));
    await sleep(4_000);
    await broker().restart();
    await settle(listener.reader.joined);
    const key = freshName('key-');
    let outcome = await settle(log.append('search', records(key, 1, 2)));
    for (let tries = 0; !outcome.ok && tries < 20; tries += 1) {
      await sleep(200);
      outcome = await settle(log.append('search', records(key, 1, 2)));
    }
    expect(outcome.ok).toBe(true);
    await until(
      () => held.length === 1,
      () => 'a batch is handed out',
      20_000,
    );
    held[0]?.again(100);
    await until(
      () => held.length === 2,
      () => 'it is handed out again',
      20_000,
    );
    expect(held[1]?.records.slice(0, 2).map(({ value }) => value)).toEqual([1, 2]);
  }, 90_000);

  it("'kafka.waitMs': what could not go in time is refused, and certainly not there", async () => {
    const log = await openLog({ 'kafka.waitMs': 300 });
    const key = freshName('key-');
    await settle(log.append('messages', records(key, 1, 1)));
    broker().pause();
    const stuck = settle(log.append('messages', records(key, 2, 2)));
    await sleep(50);
    const waiting = settle(log.append('messages', records(key, 3, 3)));
    const outcome = await waiting;
    broker().resume();
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'store.unavailable', effect: 'none' } });
    await stuck;
    const values = [...(await wholeLog(log)).values()].filter((record) => record.key === key).map(({ value }) => value);
    expect(values).not.toContain(3);
  }, 60_000);
});

describe('a broker that stands still', () => {
  it("'kafka.requestMs': an append without an answer fails as unknown, and the next is not taken for it", async () => {
    const log = await openLog({ 'kafka.requestMs': 300 });
    const key = freshName('key-');
    for (let round = 1; round <= 3; round += 1) {
      await settle(log.append('messages', records(key, 1, 1)));
      broker().pause();
      const outcome = await settle(log.append('messages', records(key, 100 * round, 100 * round + 2)));
      expect(outcome).toMatchObject({ ok: false, fault: { code: 'store.unavailable', effect: 'unknown' } });
      broker().resume();
      await sleep(500);
      // As many records, for the same partition.
      let next = await settle(log.append('messages', records(key, 100 * round + 50, 100 * round + 52)));
      for (let tries = 0; !next.ok && tries < 20; tries += 1) {
        await sleep(200);
        next = await settle(log.append('messages', records(key, 100 * round + 50, 100 * round + 52)));
      }
      if (!next.ok) throw new Error(next.fault.message);
      const held = await wholeLog(log);
      const there = next.value.map(({ partition, offset }) => held.get(`${partition} ${offset}`));
      expect(there.map((record) => record?.value)).toEqual(numbers(100 * round + 50, 100 * round + 52));
      // One request and its tries: there once, or not at all.
      const unknown = [...held.values()].filter((record) => record.key === key && record.value === 100 * round);
      expect(unknown.length).toBeLessThanOrEqual(1);
    }
  }, 90_000);

  it('for longer than a group waits for its members: all goes on, and nothing acknowledged is lost', async () => {
    const log = await openLog();
    const key = freshName('key-');
    const listener = listening({ log }, { topic: 'messages', from: 'newest' });
    await settle(listener.reader.joined);
    const writer = writing(log, key);
    await until(
      () => writer.stored.length > 50,
      () => 'appends are made',
      20_000,
    );
    broker().pause();
    await sleep(8_000);
    broker().resume();
    await goesOn(listener, key, writer);
    const stored = await writer.end();
    const held = await wholeLog(log);
    for (const { n, place } of stored)
      expect(held.get(`${place.partition} ${place.offset}`)).toEqual({ key, value: n });
  }, 90_000);

  it("'kafka.rejoinMs': a batch that could not be committed is handed out again, though nobody asked", async () => {
    const log = await openLog({ 'kafka.requestMs': 500, 'kafka.rejoinMs': 200 });
    const key = freshName('key-');
    const held: LogBatch[] = [];
    const listener = listening({ log }, { topic: 'messages', from: 'newest' }, (batch) => held.push(batch));
    await settle(listener.reader.joined);
    await settle(log.append('messages', records(key, 1, 2)));
    await until(
      () => held.length === 1,
      () => 'a batch is handed out',
      20_000,
    );
    broker().pause();
    const outcome = await settle(held[0]?.done() ?? (() => undefined));
    broker().resume();
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'store.unavailable' } });
    await until(
      () => held.length > 1,
      () => 'it is handed out again',
      40_000,
    );
    expect(listener.of(key).slice(0, 2)).toEqual([1, 2]);
    expect(await settle(held.at(-1)?.done() ?? (() => undefined))).toMatchObject({ ok: true });
  }, 90_000);

  it("'kafka.closeMs': closing does not wait for it any longer than that", async () => {
    const log = await openLog({ 'kafka.closeMs': 500 });
    const listener = listening({ log }, { topic: 'messages', from: 'newest' });
    await settle(listener.reader.joined);
    broker().pause();
    const started = performance.now();
    await log.close();
    const took = performance.now() - started;
    broker().resume();
    expect(took).toBeLessThan(2_500);
    expect(await settle(log.append('messages', records('key', 1, 1)))).toMatchObject({
      ok: false,
      fault: { effect: 'none' },
    });
  }, 60_000);
});
