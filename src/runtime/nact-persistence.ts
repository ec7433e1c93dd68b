/**
 * The persistence engine that nact's own persistent actors expect, over a journal. nact counts up before it writes, and
 * a write that failed and was resumed leaves a hole; here nothing more is written under a key after a failure until its
 * actor has recovered. One engine serves one nact system: whoever recovers a key in another one fences this one.
 */
import { fault } from '#contract/effects';
import { FaultError } from '#contract/fault-error';
import { toPromise } from '#contract/from-promise';
import { gap } from '#contract/ports/journal';
import type { Journal, JournalEntry, OpenedJournal } from '#contract/ports/journal';

/** What nact hands over, and takes back. */
export interface NactEvent {
  readonly data: unknown;
  readonly sequenceNumber: number;
  readonly key: string;
  readonly createdAt: number;
  readonly tags: string[];
  readonly isDeleted: boolean;
}

export type NactSnapshot = Pick<NactEvent, 'data' | 'sequenceNumber' | 'key' | 'createdAt'>;

interface Owned {
  readonly epoch: number;
  next: number;
  /** Set by a write that failed: what the actor holds is no longer what is written. */
  failed: boolean;
}

interface Reducible {
  reduce<U>(add: (before: U, event: NactEvent, index: number) => U, first: U): Promise<U>;
}

const wrap = ({ data, createdAt }: NactSnapshot, tags: readonly string[] = []): JournalEntry => ({
  v: 1,
  at: createdAt,
  data: { data, tags },
});

export class NactPersistence {
  readonly #journal: Journal;
  readonly #owned = new Map<string, Owned>();
  /** Between `latestSnapshot` and `events`, which nact asks for right after. */
  readonly #opened = new Map<string, OpenedJournal>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The start of a recovery: becomes the owner of the journal. */
  async latestSnapshot(key: string): Promise<NactSnapshot | undefined> {
    const opened = await this.#open(key);
    this.#opened.set(key, opened);
    const { snapshot } = opened;
    if (snapshot === null) return undefined;
    const { data } = snapshot.data as { readonly data: unknown };
    return { data, sequenceNumber: snapshot.sequence, key, createdAt: snapshot.at };
  }

  events(key: string, offset = 0, limit?: number, tags?: readonly string[]): Reducible {
    const read = (): NactEvent[] => {
      const opened = this.#opened.get(key);
      this.#opened.delete(key);
      // A query that is nobody's recovery would take the journal from its owner.
      if (opened === undefined) throw new FaultError(fault('store.unavailable', `${key} is read by its owner only`));
      const events = opened.events.map(({ sequence, at, data: found }): NactEvent => {
        const { data, tags: own } = found as { readonly data: unknown; readonly tags: string[] };
        return { data, tags: own, sequenceNumber: sequence, key, createdAt: at, isDeleted: false };
      });
      const wanted = events.filter(
        (event) => event.sequenceNumber > offset && (tags ?? []).every((tag) => event.tags.includes(tag)),
      );
      return wanted.slice(0, limit ?? wanted.length);
    };
    return {
      // What is thrown rejects; what `add` answers may be a promise itself, as nact's is.
      reduce: <U>(add: (before: U, event: NactEvent, index: number) => U, first: U): Promise<U> =>
        new Promise((resolve) => resolve(read().reduce(add, first))),
    };
  }

  /** nact never repeats a number: the same one again comes from a second actor. */
  async persist(event: NactEvent): Promise<void> {
    const { key, sequenceNumber } = event;
    const owned = this.#owned.get(key);
    if (owned === undefined) throw new FaultError(fault('store.fenced', `${key} was never recovered here`));
    if (owned.failed || owned.next !== sequenceNumber) {
      owned.failed = true;
      throw new FaultError(gap(key, sequenceNumber));
    }
    owned.next += 1;
    try {
      await toPromise(this.#journal.append(key, owned.epoch, sequenceNumber, [wrap(event, event.tags)]));
    } catch (error) {
      owned.failed = true;
      throw error;
    }
  }

  async takeSnapshot(snapshot: NactSnapshot): Promise<void> {
    const owned = this.#owned.get(snapshot.key);
    if (owned === undefined || owned.failed) throw new FaultError(gap(snapshot.key, snapshot.sequenceNumber));
    const { key, sequenceNumber } = snapshot;
    await toPromise(this.#journal.snapshot(key, owned.epoch, sequenceNumber, wrap(snapshot)));
  }

  async #open(key: string): Promise<OpenedJournal> {
    const opened = await toPromise(this.#journal.open(key));
    this.#owned.set(key, { epoch: opened.epoch, next: opened.lastSequence + 1, failed: false });
    return opened;
  }
}
