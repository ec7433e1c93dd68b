/** What the checker judges: what every client recorded, and what every member reads at the end. */
import type { InboxItem, Message } from '#test/e2e/driver/frames';
import type { Recording } from '#test/e2e/driver/log';

/** All of a conversation that one member can read at the end. */
export interface Reading {
  readonly conv: string;
  readonly user: string;
  readonly since: number;
  readonly messages: readonly Message[];
}

/** All of the inbox of one user at the end. */
export interface Inbox {
  readonly user: string;
  readonly items: readonly InboxItem[];
  /** Whoever wrote a number has read up to it: true, but for what a crash took back. */
  readonly ownCount: boolean;
}

export interface Evidence {
  readonly recordings: readonly Recording[];
  readonly readings: readonly Reading[];
  /** Absent: nobody asked. */
  readonly inboxes?: readonly Inbox[];
  /** Place in the order of the run after which nothing was lost any more. */
  readonly quietSince?: number;
  /** The store could not be asked at times: what `resumed` did not know of then must come later on that connection. */
  readonly storeWasAway?: boolean;
}

export type CheckName =
  'stored' | 'numbers' | 'bodies' | 'stream' | 'resumed' | 'order' | 'time' | 'receipts' | 'inbox' | 'typing';

export interface Finding {
  readonly check: CheckName;
  readonly conv: string;
  readonly text: string;
}

/** The history of one conversation as its members agree on it, the longest reading first. */
export class Ledger {
  readonly entries = new Map<number, Message>();
  /** By sender and id; the first number when there are, wrongly, several. */
  readonly bySend = new Map<string, Message>();
  readonly last: number;
  readonly first: number;

  constructor(
    readonly conv: string,
    readonly readings: readonly Reading[],
  ) {
    const longest = [...readings].sort((one, other) => one.since - other.since)[0];
    for (const message of longest?.messages ?? []) {
      if (!this.entries.has(message.seq)) this.entries.set(message.seq, message);
      const key = sendKey(message.from, message.id);
      if (!this.bySend.has(key)) this.bySend.set(key, message);
    }
    this.first = longest?.since ?? 1;
    this.last = Math.max(this.first - 1, ...this.entries.keys());
  }

  /** The number from which this user may read, at the end; undefined for one who left. */
  sinceOf(user: string): number | undefined {
    return this.readings.find((reading) => reading.user === user)?.since;
  }

  /** Whether `since` is a number from which this user could ever read. */
  couldStart(user: string, since: number): boolean {
    return since === 1 || this.entries.get(since)?.event?.add.includes(user) === true;
  }
}

export const sendKey = (user: string, id: string): string => `${user}\n${id}`;

export function ledgersOf({ readings }: Evidence): Map<string, Ledger> {
  const convs = [...new Set(readings.map(({ conv }) => conv))];
  const of = (conv: string): Reading[] => readings.filter((reading) => reading.conv === conv);
  return new Map(convs.map((conv) => [conv, new Ledger(conv, of(conv))]));
}

/** What differs between a message and the one that the history has under its number. */
export function difference(message: Message, entry: Message | undefined): string | undefined {
  if (entry === undefined) return 'is not in the history';
  const fields = ['conv', 'mid', 'from', 'id', 'body', 'at'] as const;
  const field = fields.find((name) => message[name] !== entry[name]);
  if (field !== undefined) return `has ${field} ${message[field]}, the history ${entry[field]}`;
  const extras = ({ meta, event }: Message): string => JSON.stringify([meta ?? null, event ?? null]);
  return extras(message) === extras(entry) ? undefined : 'has another meta or event than the history';
}

/** `3-5, 9`, shortened. */
export function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < numbers.length && parts.length < 8;) {
    let end = at;
    while (numbers[end + 1] === (numbers[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? `${numbers[at]}` : `${numbers[at]}-${numbers[end]}`);
    at = end + 1;
  }
  return parts.join(', ') + (parts.length === 8 ? ' …' : '');
}

/** The numbers from..to that are not there, in words; undefined when none is missing. */
export function missingIn(from: number, to: number, has: (seq: number) => boolean): string | undefined {
  const missing: number[] = [];
  for (let seq = from; seq <= to; seq += 1) if (!has(seq)) missing.push(seq);
  return missing.length === 0 ? undefined : ranges(missing);
}
