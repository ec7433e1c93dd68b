/**
 * A member of a group that reads the log in memory. What it takes, commits and answers are clock events; a batch that
 * belongs to an earlier assignment or place is void.
 */
import type { Millis } from '#contract/conversation';
import type { Done, Effect } from '#contract/effects';
import { failed, fault, ok } from '#contract/effects';
import type { LogBatch, LogReader, LogRecord, ReaderOptions } from '#contract/ports/event-log';
import type { Clock } from '#contract/ports/system';
import type { MemoryPartition } from '#adapters/memory/log-partition';

/** What a member knows of its group. */
export interface ReaderGroup {
  /** The place after the last record done with, by partition. */
  readonly committed: Map<number, bigint>;
  join(member: MemoryReader): void;
  leave(member: MemoryReader): void;
}

interface MemoryReaderKit {
  readonly clock: Clock;
  readonly latency: () => number;
  readonly partitions: readonly MemoryPartition[];
  readonly group: ReaderGroup;
}

/** How many records come at once. */
const batchMost = 500;

const closed = failed(fault('store.unavailable', 'the reader is closed'));
const isVoid = failed(fault('store.unavailable', 'the batch is no longer this reader’s'));

export class MemoryReader implements LogReader {
  readonly #kit: MemoryReaderKit;
  readonly #options: ReaderOptions;
  readonly #receive: (batch: LogBatch) => void;
  readonly #next = new Map<number, bigint>();
  /** Partitions of which something is in hand or on its way, each with the token of that batch. */
  readonly #held = new Map<number, symbol>();
  #assigned: readonly number[] | undefined;
  #awaiting: Done<void>[] = [];
  #isPaused: boolean;
  #isClosed = false;

  constructor(kit: MemoryReaderKit, options: ReaderOptions, receive: (batch: LogBatch) => void) {
    this.#kit = kit;
    this.#options = options;
    this.#receive = receive;
    this.#isPaused = options.paused === true;
    kit.clock.schedule(kit.latency(), () => {
      if (!this.#isClosed) kit.group.join(this);
    });
  }

  readonly joined: Effect<void> = (done) => {
    if (this.#isClosed) return this.#soon(() => done(closed));
    if (this.#assigned === undefined) this.#awaiting.push(done);
    else this.#soon(() => done(ok(undefined)));
  };

  /** The group gives out its partitions: what this member had in hand is void. */
  assign(partitions: readonly number[]): void {
    this.#assigned = partitions;
    this.#held.clear();
    this.#next.clear();
    const { committed } = this.#kit.group;
    for (const partition of partitions) {
      const { low = 0n, high = 0n } = this.#kit.partitions[partition] ?? {};
      const next = committed.get(partition) ?? (this.#options.from === 'oldest' ? low : high);
      if (this.#options.from === 'newest') committed.set(partition, next);
      this.#next.set(partition, next);
    }
    for (const done of this.#awaiting.splice(0)) this.#soon(() => done(ok(undefined)));
    this.take();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.take();
  }

  seek(to: Millis): Effect<void> {
    return this.#applied(() => {
      for (const partition of this.#assigned ?? []) {
        this.#held.delete(partition);
        this.#next.set(partition, this.#kit.partitions[partition]?.at(to) ?? 0n);
      }
      this.take();
    });
  }

  lag(): Effect<bigint> {
    return this.#applied(() =>
      (this.#assigned ?? []).reduce((sum, partition) => {
        const { low = 0n, high = 0n } = this.#kit.partitions[partition] ?? {};
        const next = this.#next.get(partition) ?? low;
        return sum + high - (next < low ? low : next);
      }, 0n),
    );
  }

  close(): Effect<void> {
    return (done) => {
      this.#isClosed = true;
      this.#held.clear();
      for (const waiting of this.#awaiting.splice(0)) this.#soon(() => waiting(closed));
      this.#soon(() => {
        this.#kit.group.leave(this);
        done(ok(undefined));
      });
    };
  }

  /** Looks for records that nobody has in hand. */
  take(): void {
    if (this.#isClosed || this.#isPaused) return;
    for (const partition of this.#assigned ?? []) {
      const next = this.#next.get(partition) ?? 0n;
      if (this.#held.has(partition) || next >= (this.#kit.partitions[partition]?.high ?? 0n)) continue;
      const token = Symbol(partition);
      this.#held.set(partition, token);
      this.#soon(() => this.#hand(partition, token));
    }
  }

  #hand(partition: number, token: symbol): void {
    if (this.#held.get(partition) !== token) return;
    const held = this.#kit.partitions[partition];
    const records = this.#isPaused ? [] : (held?.from(this.#next.get(partition) ?? 0n, batchMost) ?? []);
    if (held === undefined || records.length === 0) {
      this.#held.delete(partition);
      return;
    }
    this.#receive(this.#batchOf(held, records, partition, token));
  }

  #batchOf(held: MemoryPartition, records: readonly LogRecord[], partition: number, token: symbol): LogBatch {
    const { clock, latency, group } = this.#kit;
    const first = records.at(0)?.offset ?? 0n;
    const last = records.at(-1)?.offset ?? 0n;
    const isOurs = (): boolean => this.#held.get(partition) === token;
    const release = (next: bigint): void => {
      this.#held.delete(partition);
      this.#next.set(partition, next);
      this.take();
    };
    let isDelayed = false;
    const { topic } = this.#options;
    return {
      ...{ topic, partition, records, lag: held.high - last - 1n },
      done: (upTo = last): Effect<void> => {
        return (done) => {
          clock.schedule(latency(), () => {
            if (!isOurs()) return this.#soon(() => done(isVoid));
            group.committed.set(partition, upTo + 1n);
            release(upTo + 1n);
            this.#soon(() => done(ok(undefined)));
          });
        };
      },
      again: (afterMs) => {
        if (isDelayed) return;
        isDelayed = true;
        clock.schedule(afterMs, () => {
          if (isOurs()) release(first);
        });
      },
    };
  }

  #soon(then: () => void): void {
    this.#kit.clock.schedule(this.#kit.latency(), then);
  }

  #applied<T>(apply: () => T): Effect<T> {
    return (done) => {
      this.joined((joined) => {
        if (!joined.ok) return done(joined);
        this.#soon(() => {
          const outcome = this.#isClosed ? closed : ok(apply());
          this.#soon(() => done(outcome));
        });
      });
    };
  }
}
