/**
 * Which ids a conversation has stored, for ever. On disk: fingerprints in blocks, four bytes a message, in the order of
 * numbers. In memory: a table of them for the conversations in use, made from the blocks at first use and forgotten
 * when others need the room. A fingerprint only says where to look; the stored entry decides.
 */
import type { Conv, Seq } from '#contract/conversation';
import { FingerprintTable } from '#adapters/embedded/fingerprint-table';
import type { Tables } from '#adapters/embedded/tables';

/** Fingerprints a block: the last one is written again with each group, so it must stay small. */
const perBlock = 256;
const bytesEach = 4;

export class Ids {
  /** The one used last is last. */
  readonly #tables = new Map<Conv, FingerprintTable>();
  readonly #blocks: Tables['ids'];
  readonly #entriesMax: number;
  readonly #scratch = Buffer.alloc(perBlock * bytesEach);
  #entries = 0;

  constructor(blocks: Tables['ids'], entriesMax: number) {
    this.#blocks = blocks;
    this.#entriesMax = entriesMax;
  }

  /** The ids of a conversation that stands at `lastSeq`. */
  of(conv: Conv, lastSeq: Seq): FingerprintTable {
    const table = this.#tables.get(conv) ?? this.#load(conv, lastSeq);
    this.#tables.delete(conv);
    this.#tables.set(conv, table);
    this.#makeRoom();
    return table;
  }

  /** Within a write transaction: numbers `first` and up have these fingerprints. */
  add(conv: Conv, first: Seq, fingerprints: readonly number[]): void {
    const table = this.of(conv, first - 1);
    fingerprints.forEach((fingerprint, index) => table.add(fingerprint, first + index));
    this.#entries += fingerprints.length;
    for (let done = 0; done < fingerprints.length;) {
      const place = first - 1 + done;
      const free = perBlock - (place % perBlock);
      this.#extendBlock(conv, place, fingerprints.slice(done, done + free));
      done += free;
    }
  }

  /** What is in memory may not be on disk: a transaction failed. */
  forgetAll(): void {
    this.#tables.clear();
    this.#entries = 0;
  }

  #load(conv: Conv, lastSeq: Seq): FingerprintTable {
    const table = new FingerprintTable();
    for (let block = 0; table.size < lastSeq; block += 1) {
      const bytes = this.#blocks.get([conv, block]);
      if (bytes === undefined) throw new Error(`ids of ${conv} end at ${table.size}, its entries at ${lastSeq}`);
      for (let at = 0; at < bytes.length; at += bytesEach) table.add(bytes.readInt32LE(at), table.size + 1);
    }
    this.#entries += table.size;
    return table;
  }

  #extendBlock(conv: Conv, place: number, fingerprints: readonly number[]): void {
    const key: [Conv, number] = [conv, Math.floor(place / perBlock)];
    const start = (place % perBlock) * bytesEach;
    const bytes = this.#scratch;
    if (start > 0) this.#blocks.get(key)?.copy(bytes);
    let end = start;
    for (const fingerprint of fingerprints) end = bytes.writeInt32LE(fingerprint, end);
    this.#blocks.putSync(key, bytes.subarray(0, end));
  }

  /** The table used last stays, however large it is. */
  #makeRoom(): void {
    if (this.#entries <= this.#entriesMax) return;
    for (const [conv, table] of this.#tables) {
      if (this.#entries <= this.#entriesMax || this.#tables.size === 1) return;
      this.#tables.delete(conv);
      this.#entries -= table.size;
    }
  }
}
