/**
 * Who is signed in. The browser keeps a token for each user who is; a tab is one of them, and stays that one when it is
 * loaded again: so two people can try the page side by side.
 */
import type { Millis, User } from '#contract/conversation';
import { accountOf } from '#web/chat/token';
import type { Account } from '#web/chat/token';

/** `localStorage` and `sessionStorage`, or what stands for them. */
export interface TextStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const tokensKey = 'hogmanay.tokens';
const userKey = 'hogmanay.user';

export class Accounts {
  readonly #shared: TextStore;
  readonly #own: TextStore;

  constructor(shared: TextStore, own: TextStore) {
    this.#shared = shared;
    this.#own = own;
  }

  /** Those whose tokens are still good, by name. */
  list(now: Millis): Account[] {
    return this.#tokens()
      .flatMap((token) => accountOf(token) ?? [])
      .filter(({ exp }) => exp > now)
      .sort((one, other) => (one.user < other.user ? -1 : 1));
  }

  /** Who this tab is; in a new tab of somebody who alone is signed in, that one. */
  current(now: Millis): Account | undefined {
    const accounts = this.list(now);
    const user = this.#own.getItem(userKey);
    if (user === null && accounts.length === 1) return accounts[0];
    return accounts.find((account) => account.user === user);
  }

  enter({ user, token }: Account): void {
    this.#own.setItem(userKey, user);
    this.#keep([...this.#without(user), token]);
  }

  /** The token is forgotten, in all tabs. */
  leave(user: User): void {
    this.#own.removeItem(userKey);
    this.#keep(this.#without(user));
  }

  #without(user: User): string[] {
    return this.#tokens().filter((token) => accountOf(token)?.user !== user);
  }

  #tokens(): string[] {
    try {
      const tokens: unknown = JSON.parse(this.#shared.getItem(tokensKey) ?? '[]');
      return Array.isArray(tokens) ? tokens.filter((token) => typeof token === 'string') : [];
    } catch {
      return [];
    }
  }

  #keep(tokens: readonly string[]): void {
    this.#shared.setItem(tokensKey, JSON.stringify(tokens));
  }
}
