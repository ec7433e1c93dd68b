/**
 * A bounded queue of envelopes with a second lane for control messages (outcomes, timers, life cycle), which pass a
 * full mailbox: they are bounded by what the actor itself started. Queues are made on first use, for most actors of a
 * hundred thousand hold nothing.
 */
class Lane<E> {
  #items: E[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: E): void {
    this.#items.push(item);
  }

  shift(): E | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined as E;
    this.#head += 1;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

export class Mailbox<E> {
  readonly #limit: number;
  #control: Lane<E> | undefined;
  #told: Lane<E> | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Messages told and not yet taken. */
  get told(): number {
    return this.#told?.length ?? 0;
  }

  get control(): number {
    return this.#control?.length ?? 0;
  }

  /** False when full: nothing was kept. */
  offer(envelope: E): boolean {
    this.#told ??= new Lane();
    if (this.#told.length >= this.#limit) return false;
    this.#told.push(envelope);
    return true;
  }

  offerControl(envelope: E): void {
    this.#control ??= new Lane();
    this.#control.push(envelope);
  }

  takeControl(): E | undefined {
    return this.#control?.shift();
  }

  takeTold(): E | undefined {
    return this.#told?.shift();
  }
}
