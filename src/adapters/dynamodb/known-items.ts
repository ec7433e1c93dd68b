/**
 * The conversation items that this server saw last: an append starts from them, and the table says when they are old.
 */
import type { Conv, ConversationItem } from '#contract/conversation';

export class KnownItems {
  readonly #items = new Map<Conv, ConversationItem>();

  /** At most so many are kept; the one longest unused goes. */
  constructor(readonly most: number) {}

  get(conv: Conv): ConversationItem | undefined {
    const item = this.#items.get(conv);
    if (item !== undefined) this.#keep(item);
    return item;
  }

  /** Keeps what is newer. */
  saw(item: ConversationItem): ConversationItem {
    const known = this.#items.get(item.conv);
    const isOlder = known !== undefined && (known.lastSeq > item.lastSeq || known.fannedTo > item.fannedTo);
    if (!isOlder) this.#keep(item);
    return item;
  }

  #keep(item: ConversationItem): void {
    this.#items.delete(item.conv);
    this.#items.set(item.conv, item);
    const [oldest] = this.#items.size > this.most ? this.#items.keys() : [];
    if (oldest !== undefined) this.#items.delete(oldest);
  }
}
