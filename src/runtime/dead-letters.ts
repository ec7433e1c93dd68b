/** What could not be delivered, and every machine event that was ignored: counted, and the newest kept to look at. */
export type DeadLetterReason =
  | 'stopped' // told to an actor that was gone, or still held when it went
  | 'full' // refused by a mailbox at its limit
  | 'stale' // outcome or timer of an earlier incarnation, or one that came twice
  | 'threw' // the message at which the actor failed
  | 'ignored'; // an event its machine does not take in this state

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  readonly path: string;
  readonly from: string;
  /** Its id; where none was made (an outcome that came twice), the id of the envelope that led to it. */
  readonly envelope: number;
  readonly at: number;
  /** What it was: type of the message, name of the timer, event and state. Never its content. */
  readonly what: string;
}

export class DeadLetters {
  readonly #kept: DeadLetter[] = [];
  readonly #limit: number;
  #next = 0;
  readonly counts: Record<DeadLetterReason, number> = { stopped: 0, full: 0, stale: 0, threw: 0, ignored: 0 };

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(letter: DeadLetter): void {
    this.counts[letter.reason] += 1;
    if (this.#limit === 0) return;
    this.#kept[this.#next] = letter;
    this.#next = (this.#next + 1) % this.#limit;
  }

  /** The newest, oldest first. */
  newest(): readonly DeadLetter[] {
    return [...this.#kept.slice(this.#next), ...this.#kept.slice(0, this.#next)];
  }
}

/** Names a message for people: its `t` or `type` if it has one. */
export const describeMessage = (message: unknown): string => {
  if (typeof message !== 'object' || message === null) return typeof message;
  const { t, type } = message as { t?: unknown; type?: unknown };
  if (typeof t === 'string') return t;
  return typeof type === 'string' ? type : 'object';
};

/** An error as fields of a log line, whatever was thrown. */
export const describeError = (error: unknown): { readonly error: string; readonly stack?: string | undefined } => {
  if (error instanceof Error) return { error: String(error), stack: error.stack };
  return { error: typeof error === 'string' ? error : describeMessage(error) };
};
