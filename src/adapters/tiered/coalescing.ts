/**
 * Writes that may wait: what is collected is written together after a moment, and again later where that fails. What
 * has not been written when the process dies is lost.
 */
import type { TimeSource } from '#contract/ports/system';

export interface CoalescingOptions<Value> {
  readonly time: TimeSource;
  readonly withinMs: number;
  /** With more than this waiting, the writing begins at once. */
  readonly most: number;
  /** Rejects where nothing, or not all, was written: the same again, later. */
  readonly write: (key: string, value: Value) => Promise<void>;
  readonly merge: (older: Value, newer: Value) => Value;
}

export class Coalescing<Value> {
  #waiting = new Map<string, Value>();
  #writing: Promise<void> = Promise.resolve();
  #endAlarm: (() => void) | undefined;

  constructor(readonly options: CoalescingOptions<Value>) {}

  add(key: string, value: Value): void {
    this.#put(key, value);
    if (this.#waiting.size > this.options.most) void this.flush();
    else this.#arm();
  }

  /** Writes all that waits by now; settles when it is written or could not be. Never rejects. */
  flush(): Promise<void> {
    this.#endAlarm?.();
    this.#endAlarm = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #put(key: string, value: Value): void {
    const known = this.#waiting.get(key);
    this.#waiting.set(key, known === undefined ? value : this.options.merge(known, value));
  }

  #arm(): void {
    this.#endAlarm ??= this.options.time.alarm(this.options.withinMs, () => void this.flush());
  }

  async #write(): Promise<void> {
    const all = this.#waiting;
    this.#waiting = new Map();
    const tries = [...all].map(async ([key, value]) => {
      try {
        await this.options.write(key, value);
      } catch {
        this.#put(key, value);
        this.#arm();
      }
    });
    await Promise.all(tries);
  }
}
