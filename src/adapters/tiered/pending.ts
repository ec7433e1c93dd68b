/**
 * Writes that wait: first the ids go into the set that every append looks at, then the entries into the log. Whoever dies
 * in between leaves ids behind that nothing follows: once their time is over and the log is read to its end, they go.
 */
import type { Conv, Draft, Millis } from '#contract/conversation';
import { fault, ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { fromPromise, toPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { Limits } from '#contract/limits';
import type { PendingSet } from '#contract/parts/pending';
import type { EventLog, LogBatch } from '#contract/ports/event-log';
import type { PendingBatch, PendingWrites } from '#contract/ports/pending';
import type { TimeSource } from '#contract/ports/system';
import { faultOf } from '#adapters/tiered/positions';

export interface PendingKit {
  readonly node: string;
  readonly set: PendingSet;
  readonly log: EventLog;
  readonly time: TimeSource;
  readonly limits: Limits;
}

const topic = 'pending_writes';
const group = 'drainer';

/** What a record of the log holds. */
interface Queued {
  readonly v: 1;
  /** As they are in the set. */
  readonly marks: readonly string[];
  readonly drafts: readonly Draft[];
}

const partsOf = (mark: string): { readonly at: Millis } => ({ at: Number(mark.slice(mark.lastIndexOf(' ') + 1)) });

export interface TieredPending {
  readonly pending: PendingWrites;
  /** Whether the log holds nothing more of what is queued in this conversation; rejects where nobody can say. */
  readonly isLogDrained: (conv: Conv) => Promise<boolean>;
  /** Whether it holds nothing more at all. */
  readonly isEmpty: () => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export const tieredPending = (kit: PendingKit): TieredPending => {
  const { node, set, log, time, limits } = kit;
  const closers: (() => Effect<void>)[] = [];

  /** What is not known to have been written is written again: its ids are known to the store then. */
  const append = async (conv: Conv, value: Queued, cause: string): Promise<void> => {
    for (let turn = 1; ; turn += 1) {
      try {
        await toPromise(log.append(topic, [{ key: conv, cause, value }]));
        return;
      } catch (error) {
        const isLast = turn >= limits['pending.tries'];
        if (!(error instanceof FaultError) || error.effect === 'none' || isLast) throw error;
      }
    }
  };

  const queue = async (conv: Conv, drafts: readonly Draft[], now: Millis): Promise<void> => {
    const marks = drafts.map(({ from, id }) => `${from} ${id} ${node} ${now}`);
    let run: string;
    try {
      run = await set.add(conv, marks);
    } catch (error) {
      // Some of it may be in the set: it goes when its time is over. Nothing will be stored.
      throw error instanceof FaultError ? new FaultError({ ...fault(error.code, error.message, 'none') }) : error;
    }
    try {
      await append(conv, { v: 1, marks, drafts }, drafts[0]?.cause ?? '');
    } catch (error) {
      if (error instanceof FaultError && error.effect === 'none') await set.remove(conv, marks).catch(() => undefined);
      throw error;
    }
    // Another process by now may not know of them, and may have been found to have nothing to wait for.
    if ((await set.run().catch(() => run)) !== run) await set.add(conv, marks).catch(() => undefined);
  };

  const later = (batch: LogBatch): void => batch.again(limits['pending.againMs']);

  /** Marks that nothing follows any more. */
  const forgetOld = async (conv: Conv): Promise<void> => {
    const before = time.now() - limits['pending.produceMs'];
    const old = (await set.of(conv)).filter((mark) => partsOf(mark).at < before);
    if (old.length > 0 && (await hasNoMore(conv))) await set.remove(conv, old);
  };

  /** Partitions that hold more than was drained. The ends are read first: what is committed by then is drained. */
  const behind = async (): Promise<ReadonlySet<number>> => {
    const ends = await toPromise(log.ends(topic));
    const committed = new Map((await toPromise(log.committed(topic, group))).map((at) => [at.partition, at.offset]));
    const more = ends.filter(({ partition, offset }) => offset > (committed.get(partition) ?? 0n));
    return new Set(more.map(({ partition }) => partition));
  };

  const hasNoMore = async (conv: Conv): Promise<boolean> =>
    !(await behind()).has(await toPromise(log.partitionOf(topic, conv)));

  const isEmpty = async (): Promise<boolean> => (await behind()).size === 0;

  const drain: PendingWrites['drain'] = (receive) => {
    const take = (batch: LogBatch): void => {
      const convs = new Map<Conv, Queued[]>();
      for (const { key, value } of batch.records) convs.set(key, [...(convs.get(key) ?? []), value as Queued]);
      let open = convs.size;
      let failed = false;
      const over = (isStored: boolean): void => {
        open -= 1;
        failed ||= !isStored;
        if (open > 0) return;
        if (failed) return later(batch);
        batch.done()((outcome) => {
          if (!outcome.ok) return later(batch);
          for (const conv of convs.keys()) forgetOld(conv).catch(() => undefined);
        });
      };
      for (const [conv, queued] of convs) receive(batchOf(conv, queued, over));
    };
    const reader = log.read({ group, topic, from: 'oldest' }, take);
    closers.push(() => reader.close());
    return () => reader.close()(() => undefined);
  };

  const batchOf = (conv: Conv, queued: readonly Queued[], over: (isStored: boolean) => void): PendingBatch => ({
    conv,
    drafts: queued.flatMap(({ drafts }) => drafts),
    stored: () => (done) => {
      const marks = queued.flatMap((one) => one.marks);
      set.remove(conv, marks).then(
        () => {
          over(true);
          done(ok(undefined));
        },
        // Whoever holds the batch says what comes of it: `later`.
        (error: unknown) => done({ ok: false, fault: faultOf(error) }),
      );
    },
    later: () => over(false),
  });

  return {
    pending: { queue: (conv, drafts, now) => fromPromise(() => queue(conv, drafts, now), faultOf), drain },
    isLogDrained: hasNoMore,
    isEmpty,
    close: async () => {
      await Promise.all(closers.map((close) => new Promise<void>((resolve) => close()(() => resolve()))));
    },
  };
};
