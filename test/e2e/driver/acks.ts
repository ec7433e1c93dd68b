/** When a client acknowledges: each time, coalesced as a good client does, or not until told. */
export type AckPolicy = { readonly every: number; readonly withinMs: number } | 'by hand';

export class Acks {
  readonly #owed = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly policy: AckPolicy,
    private readonly acknowledge: (conv: string) => void,
  ) {}

  /** Something more of this conversation is held. */
  raise(conv: string): void {
    if (this.policy === 'by hand') return;
    const owed = (this.#owed.get(conv) ?? 0) + 1;
    this.#owed.set(conv, owed);
    if (owed >= this.policy.every) this.#settle(conv);
    else this.#timer ??= setTimeout(() => this.#settleAll(), this.policy.withinMs);
  }

  /** The connection is gone: cursors say the same at the next one. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#owed.clear();
  }

  #settleAll(): void {
    this.#timer = undefined;
    for (const conv of [...this.#owed.keys()]) this.#settle(conv);
  }

  #settle(conv: string): void {
    this.#owed.delete(conv);
    this.acknowledge(conv);
  }
}
