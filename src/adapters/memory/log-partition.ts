/** One partition of a topic in memory: the records from `low` on, in the order in which they came. */
import type { Millis } from '#contract/conversation';
import type { LogPlace, LogRecord, NewRecord } from '#contract/ports/event-log';

export class MemoryPartition {
  readonly #records: LogRecord[] = [];
  low = 0n;

  get high(): bigint {
    return this.low + BigInt(this.#records.length);
  }

  add(partition: number, record: NewRecord, at: Millis): LogPlace {
    const place = { partition, offset: this.high };
    // As a store would: what the writer changes later is not changed here.
    const value: unknown = record.value === undefined ? undefined : JSON.parse(JSON.stringify(record.value));
    this.#records.push({ key: record.key, cause: record.cause, value, ...place, at });
    return place;
  }

  from(offset: bigint, most: number): readonly LogRecord[] {
    const start = Number(offset < this.low ? 0n : offset - this.low);
    return this.#records.slice(start, start + most);
  }

  /** The place of the first record of that time or later; the end where there is none. */
  at(time: Millis): bigint {
    const index = this.#records.findIndex(({ at }) => at >= time);
    return index < 0 ? this.high : this.low + BigInt(index);
  }

  trim(before: bigint): void {
    if (before <= this.low) return;
    this.#records.splice(0, Number(before - this.low));
    this.low = before;
  }
}
