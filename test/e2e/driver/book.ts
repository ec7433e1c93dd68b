/**
 * What one device holds of one conversation, and thereby its cursor: the highest number up to which it holds
 * everything from `since` on, its own stored numbers included.
 */
export class Book {
  /** Everything up to here is held, or counts as held; -1 until it is known where this device starts. */
  cursor = -1;
  /** Held above the cursor: a hole lies before them. */
  readonly #above = new Set<number>();

  hold(seq: number): void {
    if (seq <= this.cursor) return;
    this.#above.add(seq);
    this.#climb();
  }

  /** Everything below `start` counts as held. */
  startAt(start: number): void {
    if (start - 1 <= this.cursor) return;
    this.cursor = start - 1;
    for (const seq of this.#above) if (seq <= this.cursor) this.#above.delete(seq);
    this.#climb();
  }

  /** The server has nothing above `to`: what we hold there never was. */
  dropAbove(to: number): void {
    this.cursor = Math.min(this.cursor, to);
    for (const seq of this.#above) if (seq > to) this.#above.delete(seq);
  }

  #climb(): void {
    while (this.cursor >= 0 && this.#above.delete(this.cursor + 1)) this.cursor += 1;
  }
}
