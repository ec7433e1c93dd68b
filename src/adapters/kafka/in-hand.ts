/**
 * A batch in somebody's hand, until it is done with, handed out again, or void: a reader that goes elsewhere, or loses
 * the partition to another member of its group, takes no word of it any more.
 */
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { Effect } from '#contract/effects';
import { failed, fault } from '#contract/effects';
import type { LogBatch, LogRecord, Topic } from '#contract/ports/event-log';

/** What becomes of a batch: the place to go on from, at once or later. */
export interface InHandKit {
  readonly topic: Topic;
  /** Commits in the name of the reader: the records before `next` are done. */
  readonly commit: (partition: number, next: bigint) => Promise<void>;
  readonly effect: (work: () => Promise<void>) => Effect<void>;
  /** The partition goes on from there. */
  readonly release: (batch: InHand, next: bigint) => void;
  readonly alarm: (delayMs: number, ring: () => void) => void;
  /** How long a batch that could not be committed stays where it is, in ms. */
  readonly againMs: number;
}

const isVoid = failed(fault('store.unavailable', 'the batch is no longer this reader’s'));

export class InHand implements LogBatch {
  readonly topic: Topic;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  readonly lag: bigint;
  /** Settles when it is no longer in hand, or is to be handed out again. */
  readonly over: Promise<void>;
  readonly #kit: InHandKit;
  readonly #first: bigint;
  readonly #last: bigint;
  #isOver = false;
  #isDelayed = false;
  #end: () => void = () => undefined;

  constructor(kit: InHandKit, { partition, messages, highWatermark }: EachBatchPayload['batch']) {
    this.#kit = kit;
    this.topic = kit.topic;
    this.partition = partition;
    this.records = messages.map((message) => recordOf(partition, message));
    this.#first = this.records.at(0)?.offset ?? 0n;
    this.#last = this.records.at(-1)?.offset ?? 0n;
    this.lag = BigInt(highWatermark) - this.#last - 1n;
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  done(upTo = this.#last): Effect<void> {
    const commit = this.#kit.effect(async () => {
      await this.#kit.commit(this.partition, upTo + 1n);
      if (!this.#isOver) this.#kit.release(this, upTo + 1n);
    });
    return (done) => {
      if (this.#isOver) return done(isVoid);
      commit((outcome) => {
        // Whoever does not look at the outcome would hold up the partition for good.
        if (!outcome.ok) this.again(this.#kit.againMs);
        done(outcome);
      });
    };
  }

  again(afterMs: number): void {
    if (this.#isOver || this.#isDelayed) return;
    this.#isDelayed = true;
    this.#end();
    this.#kit.alarm(afterMs, () => {
      if (!this.#isOver) this.#kit.release(this, this.#first);
    });
  }

  /** Nothing that is said of it counts from now on. */
  void(): void {
    this.#isOver = true;
    this.#end();
  }
}

/** What somebody else has put there, and is no JSON, is handed out as undefined: it must not stop the readers. */
const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const recordOf = (partition: number, { key, value, headers, offset, timestamp }: KafkaMessage): LogRecord => ({
  partition,
  offset: BigInt(offset),
  at: Number(timestamp),
  key: key?.toString() ?? '',
  cause: headers?.['cause']?.toString() ?? '',
  value: valueOf(value?.toString() ?? 'null'),
});
