/**
 * Writes that wait, as one log for all nodes: in partitions, each drained by one node at a time, batch by batch. When
 * the drainers change, or somebody says so, partitions change hands: what is out is void, and comes again to whoever
 * has its partition now.
 */
import type { Conv, Draft, Millis } from '#contract/conversation';
import { ok } from '#contract/effects';
import type { Effect, Outcome } from '#contract/effects';
import type { NodeName } from '#contract/ports/bus';
import type { PendingBatch } from '#contract/ports/pending';
import type { Clock } from '#contract/ports/system';

export interface PendingLogOptions {
  readonly clock: Clock;
  readonly againMs: Millis;
  /** How an operation is applied, and later answered. */
  readonly applied: <T>(apply: () => Outcome<T>) => Effect<T>;
}

interface Queued {
  readonly conv: Conv;
  readonly drafts: readonly Draft[];
}

interface Partition {
  readonly records: Queued[];
  owner: NodeName | undefined;
  /** Which handing out counts: answers of an earlier one are void. */
  turn: number;
  isOut: boolean;
}

/** Enough of them that two nodes have some each. */
const partitionCount = 4;

const keyOf = ({ from, id }: Draft): string => `${from} ${id}`;

export class PendingLog {
  readonly #options: PendingLogOptions;
  readonly #partitions: Partition[];
  readonly #drainers = new Map<NodeName, (batch: PendingBatch) => void>();
  /** Ids that are queued, by conversation. */
  readonly #marks = new Map<Conv, Set<string>>();
  #shift = 0;

  constructor(options: PendingLogOptions) {
    this.#options = options;
    const fresh = (): Partition => ({ records: [], owner: undefined, turn: 0, isOut: false });
    this.#partitions = Array.from({ length: partitionCount }, fresh);
  }

  /** Whether something of this conversation waits. */
  has(conv: Conv): boolean {
    return this.#marks.has(conv);
  }

  add(conv: Conv, drafts: readonly Draft[]): void {
    const marks = this.#marks.get(conv) ?? new Set();
    for (const draft of drafts) marks.add(keyOf(draft));
    this.#marks.set(conv, marks);
    const partition = this.#partitionOf(conv);
    partition.records.push({ conv, drafts });
    this.#handOut(partition, 0);
  }

  drain(node: NodeName, receive: (batch: PendingBatch) => void): () => void {
    this.#drainers.set(node, receive);
    this.rebalance(this.#shift);
    return () => {
      if (this.#drainers.get(node) !== receive) return;
      this.#drainers.delete(node);
      this.rebalance(this.#shift);
    };
  }

  /** Partitions go to other nodes; the same number gives the same. */
  rebalance(shift: number): void {
    this.#shift = shift;
    const nodes = [...this.#drainers.keys()].sort();
    this.#partitions.forEach((partition, index) => {
      partition.owner = nodes[(index + shift) % Math.max(1, nodes.length)];
      partition.turn += 1;
      partition.isOut = false;
      this.#handOut(partition, this.#options.againMs / 2);
    });
  }

  #partitionOf(conv: Conv): Partition {
    let hash = 0;
    for (const letter of conv) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
    return this.#partitions[hash % partitionCount] as Partition;
  }

  /** All that the partition holds, a batch for each conversation; the next when all of them are answered. */
  #handOut(partition: Partition, afterMs: Millis): void {
    if (partition.isOut || partition.owner === undefined || partition.records.length === 0) return;
    partition.isOut = true;
    partition.turn += 1;
    const { turn } = partition;
    this.#options.clock.schedule(afterMs, () => {
      if (partition.turn === turn) this.#hand(partition, turn);
    });
  }

  #hand(partition: Partition, turn: number): void {
    const receive = partition.owner === undefined ? undefined : this.#drainers.get(partition.owner);
    if (receive === undefined) return;
    const count = partition.records.length;
    const byConv = new Map<Conv, Draft[]>();
    for (const { conv, drafts } of partition.records) byConv.set(conv, [...(byConv.get(conv) ?? []), ...drafts]);
    let open = byConv.size;
    let isWhole = true;
    const over = (isStored: boolean): void => {
      if (partition.turn !== turn) return;
      open -= 1;
      isWhole &&= isStored;
      if (open > 0) return;
      if (isWhole) partition.records.splice(0, count);
      partition.isOut = false;
      this.#handOut(partition, isWhole ? 0 : this.#options.againMs);
    };
    for (const [conv, drafts] of byConv) receive(this.#batchOf(conv, drafts, over));
  }

  #batchOf(conv: Conv, drafts: readonly Draft[], over: (isStored: boolean) => void): PendingBatch {
    return {
      conv,
      drafts,
      stored: () =>
        this.#options.applied(() => {
          this.#forget(conv, drafts);
          over(true);
          return ok(undefined);
        }),
      later: () => over(false),
    };
  }

  #forget(conv: Conv, drafts: readonly Draft[]): void {
    const marks = this.#marks.get(conv);
    for (const draft of drafts) marks?.delete(keyOf(draft));
    if (marks?.size === 0) this.#marks.delete(conv);
  }
}
