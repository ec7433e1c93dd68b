/** First pages of inboxes that this server has read, each with the version that it is of: the newest are kept. */
import type { User } from '#contract/conversation';
import type { InboxPage } from '#contract/inbox';

export interface KeptPage {
  readonly epoch: string;
  /** '' has none: such a page is not kept. */
  readonly version: string;
  readonly limit: number;
  readonly page: Omit<InboxPage, 'source'>;
}

export class Pages {
  readonly #pages = new Map<User, KeptPage>();

  /** At most so many are kept; the one longest unused goes. */
  constructor(readonly most: number) {}

  of(user: User, limit: number): KeptPage | undefined {
    const kept = this.#pages.get(user);
    if (kept?.limit !== limit) return undefined;
    this.#pages.delete(user);
    this.#pages.set(user, kept);
    return kept;
  }

  keep(user: User, page: KeptPage): void {
    this.#pages.delete(user);
    if (page.version === '') return;
    this.#pages.set(user, page);
    const [oldest] = this.#pages.size > this.most ? this.#pages.keys() : [];
    if (oldest !== undefined) this.#pages.delete(oldest);
  }
}
