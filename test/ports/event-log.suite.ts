/** The event log: order by key, groups at their own pace, places that are kept, and replays. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '#contract/effects';
import { partitionCounts } from '#contract/ports/event-log';
import type { LogBatch, Topic } from '#contract/ports/event-log';
import { listening, numbers, records, value } from '#test/ports/event-log.kit';
import type { Listener, LogBackend } from '#test/ports/event-log.kit';
import { freshName } from '#test/ports/words';

const few: Topic = 'offline_messages_dlq';

/** What each test begins with: a log of its own, closed after it. */
interface Stage {
  readonly use: () => Promise<LogBackend>;
  readonly backend: () => LogBackend;
  /** A reader that has joined its group. */
  readonly joined: (...args: Parameters<typeof listening>) => Promise<Listener>;
}

const order = ({ use, joined, backend }: Stage): void => {
  it('hands out what was appended, in order, with key, cause, place and time', async () => {
    const { log, until, now } = await use();
    const key = freshName('key-');
    const before = now();
    const places = await value(backend(), log.append('messages', records(key, 1, 3)));
    const partition = await value(backend(), log.partitionOf('messages', key));
    expect(new Set(places.map((place) => place.partition))).toEqual(new Set([partition]));
    const { batches, of } = await joined(backend(), { topic: 'messages', from: 'oldest' });
    await until(() => of(key).length === 3);
    const taken = batches.flatMap((batch) => batch.records).filter((record) => record.key === key);
    expect(taken.map((record) => record.value)).toEqual([1, 2, 3]);
    expect(taken.map((record) => record.cause)).toEqual(['cause-1', 'cause-2', 'cause-3']);
    expect(taken.map((record) => record.offset)).toEqual(places.map((place) => place.offset));
    expect(taken[0]?.at).toBeGreaterThanOrEqual(before - 1_000);
    expect(taken[0]?.at).toBeLessThanOrEqual(now() + 1_000);
  });

  it('keeps the order of a key over many appends that do not wait for each other', async () => {
    const { log, until, outcome } = await use();
    const keys = [freshName('key-'), freshName('key-'), freshName('key-')];
    const { of } = await joined(backend(), { topic: 'messages', from: 'newest' });
    await Promise.all(
      numbers(1, 50).flatMap((n) => keys.map((key) => outcome(log.append('messages', records(key, n, n))))),
    );
    await until(() => keys.every((key) => of(key).length === 50));
    for (const key of keys) expect(of(key)).toEqual(numbers(1, 50));
  });
};

const pace = ({ use, joined, backend }: Stage): void => {
  it('nothing more of a partition until `done` or `again`, which hands out the same', async () => {
    const { log, until, pass } = await use();
    const key = freshName('key-');
    const held: LogBatch[] = [];
    const { of } = await joined(backend(), { topic: 'messages', from: 'newest' }, (batch) => held.push(batch));
    await value(backend(), log.append('messages', records(key, 1, 2)));
    await until(() => held.length === 1);
    await value(backend(), log.append('messages', records(key, 3, 4)));
    await pass(300);
    expect(of(key)).toEqual([1, 2]);
    held[0]?.again(200);
    await until(() => held.length === 2);
    const again = of(key).slice(2);
    expect(again.slice(0, 2)).toEqual([1, 2]);
    const [first] = held[1]?.records ?? [];
    await value(backend(), held[1]?.done(first?.offset) ?? log.trim('messages', 'nobody'));
    await until(() => held.length === 3);
    expect(of(key).slice(2 + again.length)[0]).toBe(2);
  });

  it('one slow partition does not hold up the others', async () => {
    const { log, until, outcome } = await use();
    const { reader, of } = await joined(backend(), { topic: 'messages', from: 'newest' }, (batch) => {
      if (batch.partition !== slow) batch.done()(() => undefined);
    });
    const key = freshName('slow-');
    const slow = await value(backend(), log.partitionOf('messages', key));
    const others = Array.from({ length: 40 }, () => freshName('key-'));
    await value(backend(), log.append('messages', records(key, 1, 1)));
    await until(() => of(key).length === 1);
    const quick: string[] = [];
    for (const other of others)
      if ((await value(backend(), log.partitionOf('messages', other))) !== slow) quick.push(other);
    for (const n of [1, 2, 3]) for (const other of quick) await outcome(log.append('messages', records(other, n, n)));
    await until(() => quick.every((other) => of(other).length === 3));
    expect(of(key)).toEqual([1]);
    expect(await value(backend(), reader.lag())).toBeGreaterThanOrEqual(1n);
  });
};

const places = ({ use, joined, backend }: Stage): void => {
  it('a group goes on where it committed; its lag and its places say how far it is', async () => {
    const { log, until } = await use();
    const key = freshName('key-');
    const options = { topic: 'search', from: 'newest', group: freshName('group-') } as const;
    const first = await joined(backend(), options);
    const [place] = await value(backend(), log.append('search', records(key, 1, 2)));
    await until(() => first.of(key).length === 2);
    const partition = place?.partition ?? -1;
    const committed = async () =>
      (await value(backend(), log.committed('search', options.group))).find((one) => one.partition === partition);
    let reached = await committed();
    for (let n = 0; n < 50 && reached?.offset !== (place?.offset ?? 0n) + 2n; n += 1) {
      await backend().pass(50);
      reached = await committed();
    }
    expect(reached?.offset).toBe((place?.offset ?? 0n) + 2n);
    const ends = await value(backend(), log.ends('search'));
    expect(ends).toHaveLength(partitionCounts.search);
    expect(ends.find((one) => one.partition === partition)?.offset).toBe(reached?.offset);
    expect(await value(backend(), first.reader.lag())).toBe(0n);
    await value(backend(), first.reader.close());
    await value(backend(), log.append('search', records(key, 3, 5)));
    const second = listening(backend(), { ...options, paused: true });
    await value(backend(), second.reader.joined);
    expect(await value(backend(), second.reader.lag())).toBe(3n);
    second.reader.resume();
    await until(() => second.of(key).length === 3);
    expect(second.of(key)).toEqual([3, 4, 5]);
    expect(first.of(key)).toEqual([1, 2]);
  });
};

const paces = ({ use, joined, backend }: Stage): void => {
  it('E10 each group has its own pace: one that is never done holds up no other', async () => {
    const { log, until } = await use();
    const key = freshName('key-');
    const slow = await joined(backend(), { topic: 'analytics', from: 'newest' }, () => undefined);
    const quick = await joined(backend(), { topic: 'analytics', from: 'newest' });
    for (const n of numbers(1, 5)) {
      await value(backend(), log.append('analytics', records(key, n, n)));
      await until(() => quick.of(key).length === n);
    }
    expect(quick.of(key)).toEqual(numbers(1, 5));
    expect(slow.of(key)).toEqual([1]);
    expect(await value(backend(), slow.reader.lag())).toBe(5n);
  });
};

const members = ({ use, joined, backend }: Stage): void => {
  it('E6 members share the partitions; one beyond their number sits idle, until another leaves', async () => {
    const { log, until } = await use();
    const group = freshName('group-');
    const count = partitionCounts[few];
    const members: Listener[] = [];
    for (let n = 0; n <= count; n += 1) {
      const member = await joined(backend(), { topic: few, from: 'oldest', group });
      members.push(member);
    }
    const keys = Array.from({ length: 30 }, () => freshName('key-'));
    const takersOf = (key: string, n: number) => members.filter(({ of }) => of(key).includes(n));
    /** Whoever took a record of this round; a group still on its way to its shares takes more rounds. */
    const round = async (n: number): Promise<Set<Listener>> => {
      for (const key of keys) await value(backend(), log.append(few, records(key, n, n)));
      await until(() => keys.every((key) => takersOf(key, n).length > 0));
      return new Set(keys.flatMap((key) => takersOf(key, n)));
    };
    let [n, busy] = [1, await round(1)];
    for (; busy.size !== count && n < 50; await backend().pass(200)) busy = await round((n += 1));
    expect(busy.size).toBe(count);
    const [leaver] = busy;
    const idle = members.find((member) => !busy.has(member));
    await value(backend(), leaver?.reader.close() ?? (() => undefined));
    const last = n;
    for (let took = busy; idle !== undefined && !took.has(idle) && n < 100; took = await round((n += 1)))
      await backend().pass(200);
    const taken = (member: Listener | undefined) => member?.batches.flatMap((batch) => batch.records) ?? [];
    expect(taken(idle).some((record) => Number(record.value) > last)).toBe(true);
    expect(taken(leaver).every((record) => Number(record.value) <= last)).toBe(true);
  });
};

const seeks = ({ use, joined, backend }: Stage): void => {
  it('C29 paused from the start it takes nothing until resumed, then all from where it was sought to', async () => {
    const { log, until, pass, now } = await use();
    const key = freshName('key-');
    const { reader, of, batches } = await joined(backend(), { topic: 'messages', from: 'newest', paused: true });
    await value(backend(), log.append('messages', records(key, 1, 2)));
    await pass(200);
    const from = now();
    await pass(50);
    await value(backend(), log.append('messages', records(key, 3, 4)));
    await pass(300);
    expect(batches).toEqual([]);
    await value(backend(), reader.seek(from));
    await pass(200);
    expect(batches).toEqual([]);
    reader.resume();
    await until(() => of(key).length === 2);
    expect(of(key)).toEqual([3, 4]);
    reader.pause();
    await pass(200);
    await value(backend(), log.append('messages', records(key, 5, 5)));
    await pass(300);
    expect(of(key)).toEqual([3, 4]);
  });

  it('E17 a range is replayed in the same order: whoever keeps the highest by key ends in the same state', async () => {
    const { log, until, now, pass } = await use();
    const keys = [freshName('key-'), freshName('key-')];
    const state = new Map<string, number>();
    const { reader, of } = await joined(backend(), { topic: 'messages', from: 'newest' }, (batch) => {
      for (const record of batch.records)
        state.set(record.key, Math.max(Number(record.value), state.get(record.key) ?? 0));
      batch.done()(() => undefined);
    });
    const from = now();
    await pass(20);
    for (const key of keys) await value(backend(), log.append('messages', records(key, 1, 20)));
    await until(() => keys.every((key) => of(key).length === 20));
    const before = new Map(state);
    await value(backend(), reader.seek(from));
    await until(() => keys.every((key) => of(key).length === 40));
    for (const key of keys) expect(of(key)).toEqual([...numbers(1, 20), ...numbers(1, 20)]);
    expect(state).toEqual(before);
  });

  it('a batch from before a seek is void: it commits nothing, and what it says is not done', async () => {
    const { log, until, now, pass } = await use();
    const key = freshName('key-');
    const from = now();
    await pass(20);
    const held: LogBatch[] = [];
    const { reader, group } = await joined(backend(), { topic: 'messages', from: 'newest' }, (batch) =>
      held.push(batch),
    );
    const [place] = await value(backend(), log.append('messages', records(key, 1, 2)));
    await until(() => held.length === 1);
    await value(backend(), reader.seek(from));
    const outcome = await backend().outcome(held[0]?.done() ?? log.trim('messages', 'nobody'));
    expect(outcome).toMatchObject({ ok: false, fault: { code: 'store.unavailable', effect: 'none' } });
    await until(() => held.length === 2);
    expect(held[1]?.records.map((record) => record.value)).toEqual([1, 2]);
    const committed = await value(backend(), log.committed('messages', group));
    expect(committed.find((one) => one.partition === place?.partition)?.offset).toBe(place?.offset);
  });
};

const ends = ({ use, joined, backend }: Stage): void => {
  it('what a group is done with can be deleted; what it is not done with stays', async () => {
    const { log, until } = await use();
    const key = freshName('key-');
    const { group, of } = await joined(backend(), { topic: 'pending_writes', from: 'newest' });
    await value(backend(), log.append('pending_writes', records(key, 1, 3)));
    await until(() => of(key).length === 3);
    await backend().pass(300);
    await value(backend(), log.trim('pending_writes', 'a-group-that-committed-nothing'));
    await value(backend(), log.trim('pending_writes', group));
    await value(backend(), log.append('pending_writes', records(key, 4, 4)));
    const late = await joined(backend(), { topic: 'pending_writes', from: 'oldest' });
    await until(() => late.of(key).length > 0);
    expect(late.of(key)).toEqual([4]);
  });

  it('one that closed takes nothing more, and whoever waits for it to join hears so', async () => {
    const { log, pass, until } = await use();
    const key = freshName('key-');
    const gone = await joined(backend(), { topic: 'messages', from: 'newest' });
    await value(backend(), gone.reader.close());
    await value(backend(), log.append('messages', records(key, 1, 1)));
    await pass(300);
    expect(gone.of(key)).toEqual([]);
    expect(await backend().outcome(gone.reader.seek(0))).toMatchObject({ ok: false });
    const hasty = listening(backend(), { topic: 'messages', from: 'newest' });
    const heard: Outcome<void>[] = [];
    hasty.reader.joined((outcome) => heard.push(outcome));
    await value(backend(), hasty.reader.close());
    await until(() => heard.length === 1);
    expect(heard[0]).toMatchObject({ ok: false, fault: { code: 'store.unavailable' } });
  });
};

export const eventLogSuite = (open: () => Promise<LogBackend>): void => {
  const opened: LogBackend[] = [];
  const backend = (): LogBackend => {
    const last = opened.at(-1);
    if (last === undefined) throw new Error('a test begins with `use`');
    return last;
  };
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  const stage: Stage = {
    backend,
    use: async () => {
      opened.push(await open());
      return backend();
    },
    joined: async (...args) => {
      const listener = listening(...args);
      await value(backend(), listener.reader.joined);
      return listener;
    },
  };
  describe('event log', () => {
    for (const part of [order, pace, places, paces, members, seeks, ends]) part(stage);
  });
};
