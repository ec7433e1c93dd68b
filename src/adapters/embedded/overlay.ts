/**
 * Records on their way to the disk: seen from here at once, and until the commit that holds them is over. A commit that
 * failed gives them back.
 */
export class Overlay<Key, Value> {
  #fresh = new Map<Key, Value>();
  #leaving = new Map<Key, Value>();

  constructor(private readonly put: (key: Key, value: Value) => void) {}

  get isEmpty(): boolean {
    return this.#fresh.size === 0;
  }

  get(key: Key): Value | undefined {
    return this.#fresh.get(key) ?? this.#leaving.get(key);
  }

  /** Whether it waits for the next commit: what is on its way already must not be changed any more. */
  isFresh(key: Key): boolean {
    return this.#fresh.has(key);
  }

  set(key: Key, value: Value): void {
    this.#fresh.set(key, value);
  }

  /** In a transaction. */
  write(): void {
    this.#leaving = this.#fresh;
    this.#fresh = new Map();
    for (const [key, value] of this.#leaving) this.put(key, value);
  }

  /** The commit is over. */
  settle(saved: boolean): void {
    if (!saved) for (const [key, value] of this.#leaving) if (!this.#fresh.has(key)) this.#fresh.set(key, value);
    this.#leaving = new Map();
  }
}
