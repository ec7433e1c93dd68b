/** What is to be saved, written one batch at a time: while one write is on its way, the next gathers. */
import type { Change, ClientStorage } from '#client/ports';

interface Waiting {
  readonly change: Change;
  readonly done: (isSaved: boolean) => void;
}

export class Saving {
  readonly #storage: ClientStorage;
  /** By what they are about: a newer cursor of a conversation takes the place of the older one. */
  #gathered = new Map<string, Waiting>();
  #isWriting = false;

  constructor(storage: ClientStorage) {
    this.#storage = storage;
  }

  save(change: Change, done: (isSaved: boolean) => void = () => undefined): void {
    const key = subjectOf(change);
    const before = this.#gathered.get(key);
    this.#gathered.delete(key);
    this.#gathered.set(key, {
      change,
      done: (isSaved) => {
        before?.done(isSaved);
        done(isSaved);
      },
    });
    this.#write();
  }

  #write(): void {
    if (this.#isWriting || this.#gathered.size === 0) return;
    const batch = [...this.#gathered.values()];
    this.#gathered = new Map();
    this.#isWriting = true;
    this.#storage.write(
      batch.map(({ change }) => change),
      (isSaved) => {
        this.#isWriting = false;
        for (const { done } of batch) done(isSaved);
        this.#write();
      },
    );
  }
}

const subjectOf = (change: Change): string => {
  if (change.do === 'put') return `send ${change.entry.id}`;
  return change.do === 'drop' ? `send ${change.id}` : `conv ${change.conv}`;
};
