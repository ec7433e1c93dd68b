/**
 * A bounded queue of envelopes with a second lane for control messages (outcomes, timers, life cycle), which pass a
 * full mailbox: they are bounded by what the actor itself started. Envelopes are linked to each other, so that an empty
 * mailbox, which most of a hundred thousand actors have, holds nothing.
 */
export interface Linked<E> {
  /** Who stands behind it in the queue. */
  next: E | undefined;
}

export class Mailbox<E extends Linked<E>> {
  readonly #limit: number;
  #told = 0;
  #toldFirst: E | undefined;
  #toldLast: E | undefined;
  #control = 0;
  #controlFirst: E | undefined;
  #controlLast: E | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Messages told and not yet taken. */
  get told(): number {
    return this.#told;
  }

  get control(): number {
    return this.#control;
  }

  /** False when full: nothing was kept. */
  offer(envelope: E): boolean {
    if (this.#told >= this.#limit) return false;
    if (this.#toldLast === undefined) this.#toldFirst = envelope;
    else this.#toldLast.next = envelope;
    this.#toldLast = envelope;
    this.#told += 1;
    return true;
  }

  offerControl(envelope: E): void {
    if (this.#controlLast === undefined) this.#controlFirst = envelope;
    else this.#controlLast.next = envelope;
    this.#controlLast = envelope;
    this.#control += 1;
  }

  takeControl(): E | undefined {
    const first = this.#controlFirst;
    if (first === undefined) return undefined;
    this.#controlFirst = first.next;
    if (first.next === undefined) this.#controlLast = undefined;
    first.next = undefined;
    this.#control -= 1;
    return first;
  }

  takeTold(): E | undefined {
    const first = this.#toldFirst;
    if (first === undefined) return undefined;
    this.#toldFirst = first.next;
    if (first.next === undefined) this.#toldLast = undefined;
    first.next = undefined;
    this.#told -= 1;
    return first;
  }
}
