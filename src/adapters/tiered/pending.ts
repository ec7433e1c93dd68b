/**
 * Writes that wait: first the ids go into the set that every append looks at, then the entries into the log. Whoever
 * dies in between leaves ids behind that nothing follows: once their time is over and the log is read to its end, they
 * go.
 */
import type { Conv, Draft, Millis, User } from '#contract/conversation';
import { failed, fault, ok } from '#contract/effects';
import type { Effect } from '#contract/effects';
import { fromPromise, toPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { Limits } from '#contract/limits';
import type { PendingSet, StoredIds } from '#contract/parts/pending';
import type { EventLog, LogBatch, LogReader } from '#contract/ports/event-log';
import type { PendingBatch, PendingWrites, StoredNumber } from '#contract/ports/pending';
import type { TimeSource } from '#contract/ports/system';
import { faultOf } from '#adapters/tiered/positions';

export interface PendingKit {
  readonly node: string;
  readonly set: PendingSet;
  readonly stored: StoredIds;
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

const markedAt = (mark: string): Millis => Number(mark.slice(mark.lastIndexOf(' ') + 1));

export class TieredPending implements PendingWrites {
  readonly #kit: PendingKit;
  readonly #readers = new Set<LogReader>();

  constructor(kit: PendingKit) {
    this.#kit = kit;
  }

  queue(conv: Conv, drafts: readonly Draft[], now: Millis): Effect<void> {
    return fromPromise(() => this.#queue(conv, drafts, now), faultOf);
  }

  drain(receive: (batch: PendingBatch) => void): () => void {
    const reader = this.#kit.log.read({ group, topic, from: 'oldest' }, (batch) => this.#take(batch, receive));
    this.#readers.add(reader);
    return () => {
      this.#readers.delete(reader);
      reader.close()(() => undefined);
    };
  }

  numbersOf(conv: Conv, user: User, ids: readonly string[]): Effect<ReadonlyMap<string, StoredNumber>> {
    return fromPromise(() => this.#kit.stored.numbersOf(conv, user, ids), faultOf);
  }

  /** Whether the log holds nothing more of what is queued in this conversation; rejects where nobody can say. */
  async isLogDrained(conv: Conv): Promise<boolean> {
    const behind = await this.#behind();
    return !behind.has(await toPromise(this.#kit.log.partitionOf(topic, conv)));
  }

  /** Whether it holds nothing more at all. */
  async isEmpty(): Promise<boolean> {
    return (await this.#behind()).size === 0;
  }

  /** Leaves what is not drained to others. */
  async close(): Promise<void> {
    const closing = [...this.#readers].map((reader) => toPromise(reader.close()).catch(() => undefined));
    await Promise.all(closing);
  }

  async #queue(conv: Conv, drafts: readonly Draft[], now: Millis): Promise<void> {
    const { node, set } = this.#kit;
    const marks = drafts.map(({ from, id }) => `${from} ${id} ${node} ${now}`);
    const run = await this.#mark(conv, marks);
    try {
      await this.#append(conv, { v: 1, marks, drafts }, drafts[0]?.cause ?? '');
    } catch (error) {
      if (error instanceof FaultError && error.effect === 'none') await set.remove(conv, marks).catch(() => undefined);
      throw error;
    }
    // Another process by now may not know of them, and may have been found to have nothing to wait for.
    if ((await set.run().catch(() => run)) !== run) await set.add(conv, marks).catch(() => undefined);
  }

  /** Answers which server process has the marks. Where it fails, nothing will be stored: a mark goes with its time. */
  async #mark(conv: Conv, marks: readonly string[]): Promise<string> {
    try {
      return await this.#kit.set.add(conv, marks);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      throw new FaultError(fault(error.code, error.message, 'none'), { cause: error });
    }
  }

  /** What is not known to have been written is written again: its ids are known to the store then. */
  async #append(conv: Conv, value: Queued, cause: string): Promise<void> {
    const { log, limits } = this.#kit;
    for (let turn = 1; ; turn += 1) {
      try {
        await toPromise(log.append(topic, [{ key: conv, cause, value }]));
        return;
      } catch (error) {
        const isLast = turn >= limits['pending.tries'];
        if (!(error instanceof FaultError) || error.effect === 'none' || isLast) throw error;
      }
    }
  }

  /** Each conversation of the batch goes its own way; when all of them are stored, so is the batch. */
  #take(batch: LogBatch, receive: (batch: PendingBatch) => void): void {
    const convs = new Map<Conv, Queued[]>();
    for (const { key, value } of batch.records) convs.set(key, [...(convs.get(key) ?? []), value as Queued]);
    let open = convs.size;
    let isWhole = true;
    const over = (isStored: boolean): void => {
      open -= 1;
      isWhole &&= isStored;
      if (open > 0) return;
      if (isWhole) this.#done(batch, [...convs.keys()]);
      else this.#later(batch);
    };
    for (const [conv, queued] of convs) receive(this.#batchOf(conv, queued, over));
  }

  #batchOf(conv: Conv, queued: readonly Queued[], over: (isStored: boolean) => void): PendingBatch {
    const marks = queued.flatMap((one) => one.marks);
    return {
      conv,
      drafts: queued.flatMap(({ drafts }) => drafts),
      stored: () => (done) => {
        this.#kit.set.remove(conv, marks).then(
          () => {
            over(true);
            done(ok(undefined));
          },
          // Whoever holds the batch says what comes of it: `later`.
          (error: unknown) => done(failed(faultOf(error))),
        );
      },
      later: () => over(false),
    };
  }

  #done(batch: LogBatch, convs: readonly Conv[]): void {
    batch.done()((outcome) => {
      if (!outcome.ok) return this.#later(batch);
      for (const conv of convs) this.#forgetOld(conv).catch(() => undefined);
    });
  }

  #later(batch: LogBatch): void {
    batch.again(this.#kit.limits['pending.againMs']);
  }

  /** Marks that nothing follows any more: what followed them is below the end, which is read after them. */
  async #forgetOld(conv: Conv): Promise<void> {
    const { set, time, limits } = this.#kit;
    const before = time.now() - limits['pending.produceMs'];
    const old = (await set.of(conv)).filter((mark) => markedAt(mark) < before);
    if (old.length > 0 && (await this.isLogDrained(conv))) await set.remove(conv, old);
  }

  /** Partitions that hold more than was drained. The ends are read first: what is committed by then is drained. */
  async #behind(): Promise<ReadonlySet<number>> {
    const { log } = this.#kit;
    const ends = await toPromise(log.ends(topic));
    const committed = new Map((await toPromise(log.committed(topic, group))).map((at) => [at.partition, at.offset]));
    const more = ends.filter(({ partition, offset }) => offset > (committed.get(partition) ?? 0n));
    return new Set(more.map(({ partition }) => partition));
  }
}
