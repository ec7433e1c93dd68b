/** The one model of the page, and who is told that it has changed: all changes of a moment at once. */
import type { Model } from '#web/chat/model';

export class Store {
  #model: Model;
  readonly #soon: (tell: () => void) => void;
  readonly #listeners = new Set<() => void>();
  #isTold = true;

  /** @param soon calls back in a moment; several changes until then are one. */
  constructor(model: Model, soon: (tell: () => void) => void) {
    this.#model = model;
    this.#soon = soon;
  }

  get model(): Model {
    return this.#model;
  }

  change(by: (model: Model) => Model): void {
    const after = by(this.#model);
    if (after === this.#model) return;
    this.#model = after;
    if (!this.#isTold) return;
    this.#isTold = false;
    this.#soon(() => {
      this.#isTold = true;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** Answers how to stop listening. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
