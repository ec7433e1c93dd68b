/**
 * What a journaled actor writes: its events, its timers, and that it is alive. Timers are a fold over the records, so
 * that they come back as the state does; what a time during which nobody ran them means is each timer's own policy.
 */
import type { JournalEntry } from '#contract/ports/journal';

/**
 * What becomes of a timer while its actor is away. `deadline`: due at the same time of day, at once when that has
 * passed; `remaining`: what was left goes on from the restart; `restart`: the full delay again, from the restart.
 */
export type ResumePolicy = 'deadline' | 'remaining' | 'restart';

export type JournalRecord =
  | { readonly k: 'event'; readonly event: unknown }
  | {
      readonly k: 'set';
      readonly name: string;
      readonly delayMs: number;
      readonly resume: ResumePolicy;
      readonly message: unknown;
    }
  | { readonly k: 'cancel'; readonly name: string }
  /** Its message was taken: what came of it is in the same append. */
  | { readonly k: 'rang'; readonly name: string }
  /** The actor was away until now. */
  | { readonly k: 'open' }
  /** It still lives. */
  | { readonly k: 'beat' };

export interface TimerRow {
  readonly name: string;
  /** Tells this setting from one before it. */
  readonly number: number;
  readonly due: number;
  readonly delayMs: number;
  readonly resume: ResumePolicy;
  readonly message: unknown;
}

export interface SavedState {
  readonly state: unknown;
  readonly timers: readonly TimerRow[];
  readonly seenAt: number;
  readonly settings: number;
}

/** From one version to the next; absent: as it was. */
export interface Upcaster {
  readonly event?: (old: unknown) => unknown;
  readonly message?: (old: unknown) => unknown;
  readonly state?: (old: unknown) => unknown;
}

/** `v` is what is written now; `from[n]` lifts what was written by version n to n + 1. */
export interface JournalCodec {
  readonly v: number;
  readonly from: Readonly<Record<number, Upcaster>>;
}

export const firstCodec: JournalCodec = { v: 1, from: {} };

/** Throws for what a newer version wrote: it must not be guessed at. */
const lifted = (codec: JournalCodec, what: keyof Upcaster, v: number, data: unknown): unknown => {
  if (v > codec.v) throw new Error(`the journal was written by a newer version: ${v}, known is ${codec.v}`);
  let found = data;
  for (let version = v; version < codec.v; version += 1) found = (codec.from[version]?.[what] ?? same)(found);
  return found;
};

const same = (data: unknown): unknown => data;

export const recordOf = (codec: JournalCodec, { v, data }: JournalEntry): JournalRecord => {
  const record = data as JournalRecord;
  if (record.k === 'event') return { ...record, event: lifted(codec, 'event', v, record.event) };
  if (record.k === 'set') return { ...record, message: lifted(codec, 'message', v, record.message) };
  return record;
};

export const savedOf = (codec: JournalCodec, { v, data }: JournalEntry): SavedState => {
  const saved = data as SavedState;
  const timers = saved.timers.map((row) => ({ ...row, message: lifted(codec, 'message', v, row.message) }));
  return { ...saved, timers, state: lifted(codec, 'state', v, saved.state) };
};

/** The timers of a journal, as of the records seen so far. */
export class JournalTimers {
  readonly #rows = new Map<string, TimerRow>();
  #seenAt = 0;
  #settings = 0;

  load({ timers, seenAt, settings }: SavedState): void {
    for (const row of timers) this.#rows.set(row.name, row);
    this.#seenAt = seenAt;
    this.#settings = settings;
  }

  save(): Omit<SavedState, 'state'> {
    return { timers: [...this.#rows.values()], seenAt: this.#seenAt, settings: this.#settings };
  }

  see(record: JournalRecord, at: number): void {
    if (record.k === 'open') this.#resume(at);
    if (record.k === 'cancel' || record.k === 'rang') this.#rows.delete(record.name);
    if (record.k === 'set') {
      const { name, delayMs, resume, message } = record;
      // Deleted first: of two that are due at the same time, the one set first rings first.
      this.#rows.delete(name);
      this.#rows.set(name, { name, number: ++this.#settings, due: at + delayMs, delayMs, resume, message });
    }
    // The clock of a new owner may be behind that of the last one: time known to have passed does not come back.
    this.#seenAt = Math.max(this.#seenAt, at);
  }

  get(name: string): TimerRow | undefined {
    return this.#rows.get(name);
  }

  /** In the order in which they ring. */
  get rows(): readonly TimerRow[] {
    return [...this.#rows.values()].sort((one, other) => one.due - other.due || one.number - other.number);
  }

  /** Whether a restart changes when one of them rings. */
  get resumes(): boolean {
    return this.rows.some(({ resume }) => resume !== 'deadline');
  }

  /** Whether it matters how long the actor is known to have lived. */
  get counts(): boolean {
    return this.rows.some(({ resume }) => resume === 'remaining');
  }

  #resume(at: number): void {
    for (const [name, row] of this.#rows) {
      if (row.resume === 'restart') this.#rows.set(name, { ...row, due: at + row.delayMs });
      // Clocks differ: what was left is at most the whole of it, and due by the clock of whoever runs it now.
      if (row.resume === 'remaining')
        this.#rows.set(name, { ...row, due: at + Math.min(row.delayMs, Math.max(0, row.due - this.#seenAt)) });
    }
  }
}
