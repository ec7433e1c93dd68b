/**
 * Where in its conversation a fingerprint occurs: an open hash table in one array of numbers, since a map of JavaScript
 * would take five times the room. Fingerprints may repeat; each place that has one is offered.
 */
import type { Seq } from '#contract/conversation';

const leastSlots = 16;

export class FingerprintTable {
  /** Pairs (fingerprint, number); number 0: free. At most half of them are taken. */
  #slots = new Int32Array(leastSlots * 2);
  #size = 0;

  /** How many numbers are in it. */
  get size(): number {
    return this.#size;
  }

  add(fingerprint: number, seq: Seq): void {
    if ((this.#size + 1) * 4 > this.#slots.length) this.#grow();
    this.#put(fingerprint, seq);
    this.#size += 1;
  }

  /** The first number with this fingerprint of which `is` says that it is the one; 0 when there is none. */
  find(fingerprint: number, is: (seq: Seq) => boolean): Seq {
    const slots = this.#slots;
    const mask = slots.length - 2;
    for (let at = (fingerprint << 1) & mask; ; at = (at + 2) & mask) {
      const seq = slots[at + 1] ?? 0;
      if (seq === 0 || (slots[at] === fingerprint && is(seq))) return seq;
    }
  }

  #put(fingerprint: number, seq: Seq): void {
    const slots = this.#slots;
    const mask = slots.length - 2;
    let at = (fingerprint << 1) & mask;
    while (slots[at + 1] !== 0) at = (at + 2) & mask;
    slots[at] = fingerprint;
    slots[at + 1] = seq;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      const seq = old[at + 1] ?? 0;
      if (seq !== 0) this.#put(old[at] ?? 0, seq);
    }
  }
}
