/** Outbox and cursors in memory: for tests, and for apps that may forget. Also the shape that files are read into. */
import type { Conv, Seq } from '#contract/conversation';
import type { Change, ClientStorage, OutboxEntry, Saved } from '#client/ports';

export class MemoryStorage implements ClientStorage {
  readonly #outbox = new Map<string, OutboxEntry>();
  readonly #cursors = new Map<Conv, Seq>();

  load(done: (saved: Saved) => void): void {
    done({ outbox: [...this.#outbox.values()].sort((one, other) => one.n - other.n), cursors: new Map(this.#cursors) });
  }

  write(changes: readonly Change[], done: (isSaved: boolean) => void): void {
    for (const change of changes) this.apply(change);
    done(true);
  }

  apply(change: Change): void {
    if (change.do === 'put') this.#outbox.set(change.entry.id, change.entry);
    if (change.do === 'drop') this.#outbox.delete(change.id);
    if (change.do === 'forget') this.#cursors.delete(change.conv);
    if (change.do !== 'cursor') return;
    // The conversation that moved last comes last.
    this.#cursors.delete(change.conv);
    this.#cursors.set(change.conv, change.seq);
  }

  /** What is kept, as the changes that lead to it. */
  kept(): Change[] {
    const entries = [...this.#outbox.values()].map((entry): Change => ({ do: 'put', entry }));
    return [...entries, ...[...this.#cursors].map(([conv, seq]): Change => ({ do: 'cursor', conv, seq }))];
  }
}
