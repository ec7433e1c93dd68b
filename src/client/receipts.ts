/** How far one's own messages have got: stored, delivered to somebody, read by somebody. The newest are tracked. */
import type { Conv, Seq } from '#contract/conversation';
import type { ClientEvents } from '#client/events';

interface Own {
  readonly conv: Conv;
  readonly seq: Seq;
  state: 'stored' | 'delivered';
}

type Tell = (event: ClientEvents['state']) => void;

export class Receipts {
  readonly #most: number;
  readonly #tell: Tell;
  readonly #own = new Map<string, Own>();

  /** @param most how many are tracked. */
  constructor(most: number, tell: Tell) {
    this.#most = most;
    this.#tell = tell;
  }

  stored(id: string, conv: Conv, seq: Seq): void {
    this.#own.set(id, { conv, seq, state: 'stored' });
    this.#tell({ id, conv, state: 'stored', seq });
    const [oldest] = this.#own.keys();
    if (this.#own.size > this.#most && oldest !== undefined) this.#own.delete(oldest);
  }

  /** Somebody else has got this far. */
  reached(kind: 'delivered' | 'read', conv: Conv, seq: Seq): void {
    for (const [id, own] of this.#own) {
      if (own.conv !== conv || own.seq > seq || own.state === kind) continue;
      if (kind === 'read') this.#own.delete(id);
      else own.state = 'delivered';
      this.#tell({ id, conv, state: kind, seq: own.seq });
    }
  }
}
