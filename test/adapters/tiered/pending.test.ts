/** Writes that wait: the set first, then the log; drained in order, forgotten exactly. On virtual time. */
import { describe, expect, it } from 'vitest';
import { MemoryEventLog } from '#adapters/memory/event-log';
import { TieredPending } from '#adapters/tiered/pending';
import { tieredRegistry } from '#adapters/tiered/registry';
import { failed, fault } from '#contract/effects';
import type { Effect, FaultEffect, Outcome } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { EventLog, LogPlace } from '#contract/ports/event-log';
import type { PendingBatch } from '#contract/ports/pending';
import { VirtualClock } from '#runtime/virtual-clock';
import { pass, timeOf } from '#test/adapters/tiered/kit';
import { draft } from '#test/ports/words';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const away = (effect: FaultEffect) => new FaultError(fault('store.unavailable', 'away', effect));

/** A server of sets, and of the registry, that may be away, or be another process that knows nothing. */
class Server {
  isAway = false;
  run = 'run-1';
  reconciledRun = '';
  provenRun = '';
  readonly sets = new Map<string, Set<string>>();

  restartEmpty(): void {
    this.run = `${this.run}'`;
    this.sets.clear();
  }

  answer<T>(value: T): Promise<T> {
    return this.isAway ? Promise.reject(away('none')) : Promise.resolve(value);
  }

  setOf(conv: string): Set<string> {
    const found = this.sets.get(conv) ?? new Set<string>();
    this.sets.set(conv, found);
    return found;
  }
}

/** A log that counts appends and fails those that it is told to fail, whether or not they were written. */
const failing = (memory: MemoryEventLog) => {
  const log = { fail: [] as FaultEffect[], appends: 0 };
  const events: EventLog = {
    append: (topic, records) => {
      log.appends += 1;
      const effect = log.fail.shift();
      const lost: Effect<readonly LogPlace[]> = (done) => done(failed(away(effect ?? 'none')));
      if (effect !== 'unknown') return effect === undefined ? memory.append(topic, records) : lost;
      // It was written; the answer is lost.
      return (done) => memory.append(topic, records)(() => done(failed(away('unknown'))));
    },
    read: (...given) => memory.read(...given),
    ends: (topic) => memory.ends(topic),
    committed: (...given) => memory.committed(...given),
    trim: (...given) => memory.trim(...given),
    partitionOf: (...given) => memory.partitionOf(...given),
  };
  return { log, events };
};

const start = (changed: Partial<Record<LimitName, number>> = {}) => {
  const clock = new VirtualClock(1_000_000);
  const limits = withLimits({ 'pending.againMs': 1_000, ...changed });
  const { log, events } = failing(new MemoryEventLog({ clock, latency: () => 1 }));
  const server = new Server();
  const set = {
    add: (conv: string, ids: readonly string[]) =>
      server.answer(server.run).then((run) => {
        for (const id of ids) server.setOf(conv).add(id);
        return run;
      }),
    remove: (conv: string, ids: readonly string[]) =>
      server.answer(undefined).then(() => {
        for (const id of ids) server.setOf(conv).delete(id);
      }),
    of: (conv: string) => server.answer([...server.setOf(conv)]),
    run: () => server.answer(server.run),
  };
  const stored = { numbersOf: () => Promise.resolve(new Map()) };
  const pending = new TieredPending({ node: 'a', set, stored, log: events, time: timeOf(clock), limits });
  const batches: PendingBatch[] = [];
  const settle = async <T>(effect: Effect<T>, ms = 200): Promise<Outcome<T> | undefined> => {
    let outcome: Outcome<T> | undefined;
    effect((came) => (outcome = came));
    await pass(clock, ms);
    return outcome;
  };
  const queue = (conv: string, ...ids: string[]) =>
    settle(
      pending.queue(
        conv,
        ids.map((id) => draft(id)),
        clock.now(),
      ),
    );
  const drain = () => pending.drain((batch) => batches.push(batch));
  const registry = tieredRegistry({
    server: {
      of: (conv) =>
        server.answer({
          ...{ partitions: 1, queued: server.setOf(conv).size, run: server.run },
          isReconciled: server.reconciledRun === server.run,
          isProven: server.provenRun === server.run,
        }),
      raise: () => server.answer(undefined),
      reconciled: (run) => server.answer(undefined).then(() => void (server.reconciledRun = run)),
      proven: (run) => server.answer(undefined).then(() => void (server.provenRun = run)),
    },
    backup: { get: () => Promise.resolve(1), raise: (_conv, n) => Promise.resolve(n), all: async function* () {} },
    queue: pending,
    log: quiet,
  });
  const isDrained = async (conv: string): Promise<boolean | undefined> => {
    const outcome = await settle(registry.of(conv));
    return outcome?.ok === true ? outcome.value.isDrained : undefined;
  };
  return { clock, server, log, pending, batches, settle, queue, drain, isDrained };
};

const ids = (batch: PendingBatch | undefined) => batch?.drafts.map(({ id }) => id);

describe('queueing', () => {
  it('D15 D26 is over when the log has it; every append sees the ids until they are drained', async () => {
    const { queue, drain, batches, settle, isDrained, server } = start();
    expect(await isDrained('c1')).toBe(true);
    expect((await queue('c1', 'one', 'two'))?.ok).toBe(true);
    expect([await isDrained('c1'), await isDrained('c2')]).toEqual([false, true]);
    drain();
    await settle((done) => done({ ok: true, value: undefined }), 1_000);
    expect(batches.map(({ conv }) => conv)).toEqual(['c1']);
    expect(ids(batches[0])).toEqual(['one', 'two']);
    expect((await settle(batches[0]?.stored() ?? (() => undefined)))?.ok).toBe(true);
    expect([await isDrained('c1'), server.setOf('c1').size]).toEqual([true, 0]);
  });

  it('without the set nothing is queued: effect none', async () => {
    const { queue, server, log } = start();
    server.isAway = true;
    expect(await queue('c1', 'one')).toMatchObject({ ok: false, fault: { effect: 'none' } });
    expect(log.appends).toBe(0);
  });

  it('what the log certainly did not take leaves no mark', async () => {
    const { queue, server, log } = start();
    log.fail.push('none');
    expect(await queue('c1', 'one')).toMatchObject({ ok: false, fault: { effect: 'none' } });
    expect(server.setOf('c1').size).toBe(0);
  });

  it('pending.tries: an answer that is lost is asked for again, and then it is in doubt', async () => {
    const { queue, log } = start({ 'pending.tries': 3 });
    log.fail.push('unknown', 'unknown');
    expect((await queue('c1', 'one'))?.ok).toBe(true);
    log.fail.push('unknown', 'unknown', 'unknown');
    expect(await queue('c1', 'two')).toMatchObject({ ok: false, fault: { effect: 'unknown' } });
    expect(log.appends).toBe(6);
  });

  it('B21 a server that comes back empty is not believed until the log is empty', async () => {
    const { queue, drain, batches, settle, isDrained, server } = start();
    expect(await isDrained('c1')).toBe(true);
    await queue('c1', 'one');
    server.restartEmpty();
    expect([server.setOf('c1').size, await isDrained('c1')]).toEqual([0, false]);
    server.isAway = true;
    expect(await isDrained('c1')).toBe(false);
    server.isAway = false;
    drain();
    await settle((done) => done({ ok: true, value: undefined }), 1_000);
    await settle(batches[0]?.stored() ?? (() => undefined));
    expect(await isDrained('c1')).toBe(true);
    server.isAway = true;
    expect(await isDrained('c1')).toBe(true);
  });
});

describe('draining', () => {
  it('pending.againMs: what could not be stored comes again, in the same order, and nothing is forgotten', async () => {
    const { queue, drain, batches, settle, server } = start({ 'pending.againMs': 500 });
    await queue('c1', 'one');
    await queue('c1', 'two');
    drain();
    await settle((done) => done({ ok: true, value: undefined }), 300);
    const before = batches.length;
    for (const batch of batches) batch.later();
    await settle((done) => done({ ok: true, value: undefined }), 2_000);
    expect(batches.length).toBeGreaterThan(before);
    expect(batches.slice(before).flatMap((batch) => ids(batch) ?? [])).toEqual(['one', 'two']);
    expect(server.setOf('c1').size).toBe(2);
  });

  it('pending.produceMs: an id that nothing followed is forgotten once its time is over', async () => {
    const { queue, drain, batches, settle, server, clock } = start({ 'pending.produceMs': 10_000 });
    server.setOf('c1').add(`alice lost other-node ${clock.now() - 9_000}`);
    await queue('c1', 'one');
    drain();
    await settle((done) => done({ ok: true, value: undefined }), 300);
    await settle(batches[0]?.stored() ?? (() => undefined), 1_000);
    expect(server.setOf('c1').size).toBe(1);
    clock.advance(10_000);
    await queue('c1', 'two');
    await settle((done) => done({ ok: true, value: undefined }), 300);
    await settle(batches[1]?.stored() ?? (() => undefined), 1_000);
    expect([...server.setOf('c1')]).toEqual([]);
  });
});
