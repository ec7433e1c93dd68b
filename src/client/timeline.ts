/**
 * What this device holds of one conversation, and the order in which it shows it: each number once, rising, without
 * holes. A number that is missing is waited for a moment (it may be on its way), then read from the history.
 */
import type { Conv, Seq } from '#contract/conversation';
import type { FrameOf, WireMessage } from '#contract/frames';
import type { ClientLimits } from '#client/limits';
import type { Timers } from '#client/timers';

export interface TimelineOwner {
  readonly timers: Timers;
  readonly limits: ClientLimits;
  show(message: WireMessage): void;
  gap(conv: Conv, from: Seq, to: Seq): void;
  rewound(conv: Conv, to: Seq): void;
  /** The cursor has moved: to be acknowledged and saved. */
  moved(conv: Conv): void;
  /** A page of the history above `after`; undefined: it cannot be had now. */
  read(conv: Conv, after: Seq, done: (page: FrameOf<'history'> | undefined) => void): void;
}

export class Timeline {
  readonly conv: Conv;
  readonly #owner: TimelineOwner;
  readonly #held = new Map<Seq, WireMessage>();
  /** Everything up to here was shown, or counts as held; -1: it is not known yet where this device starts. */
  #cursor: Seq;
  /** Numbers up to here exist and have not all come. */
  #wanted: Seq = 0;
  #isReading = false;
  #isOver = false;

  constructor(conv: Conv, owner: TimelineOwner, cursor = -1) {
    this.conv = conv;
    this.#owner = owner;
    this.#cursor = cursor;
  }

  get cursor(): Seq {
    return this.#cursor;
  }

  /** A message of the server, or one of our own that it has numbered. Twice is once. */
  take(message: WireMessage): void {
    if (message.seq <= this.#cursor) return;
    this.#held.set(message.seq, message);
    this.#climb();
    this.#bound();
    if (this.#hole()) this.#waitForHole();
  }

  /** In a conversation of which we knew nothing everything below the first message counts as held. */
  begin(seq: Seq): void {
    if (this.#cursor < 0) this.startAt(Math.min(seq, ...this.#held.keys()));
  }

  /** Everything below `start` counts as held. */
  startAt(start: Seq): void {
    if (start - 1 <= this.#cursor) return;
    this.#cursor = start - 1;
    for (const seq of this.#held.keys()) if (seq <= this.#cursor) this.#held.delete(seq);
    this.#owner.moved(this.conv);
    this.#climb();
  }

  /** What the server says it has sent (or left out) up to `to`: whatever of it is not here is read. */
  resumed({ since, from, to, recovered }: Omit<FrameOf<'resumed'>, 't' | 'conv'>): void {
    this.startAt(this.#cursor < 0 ? from : since);
    if (recovered) {
      this.#wanted = Math.max(this.#wanted, to);
      if (this.#hole()) this.#waitForHole();
      return;
    }
    if (to < from) return this.#rewind(to);
    const most = this.#owner.limits['gap.messages'];
    if (to - this.#cursor > most) {
      this.#owner.gap(this.conv, this.#cursor + 1, to - most);
      this.startAt(to - most + 1);
    }
    this.#wanted = Math.max(this.#wanted, to);
    this.#fill();
  }

  /** The user is out, or the client stops. */
  end(): void {
    this.#isOver = true;
    this.#owner.timers.end(this.#timer);
    this.#held.clear();
  }

  get #timer(): string {
    return `order ${this.conv}`;
  }

  #hole(): boolean {
    return this.#held.size > 0 || this.#wanted > this.#cursor;
  }

  #climb(): void {
    const before = this.#cursor;
    if (before < 0) return;
    for (let next = this.#held.get(this.#cursor + 1); next; next = this.#held.get(this.#cursor + 1)) {
      this.#held.delete(next.seq);
      this.#cursor = next.seq;
      this.#owner.show(next);
    }
    if (this.#cursor !== before) this.#owner.moved(this.conv);
    if (!this.#hole()) this.#owner.timers.end(this.#timer);
  }

  /** Too much behind a hole is forgotten: the history has it. */
  #bound(): void {
    if (this.#held.size <= this.#owner.limits['order.held']) return;
    this.#wanted = Math.max(this.#wanted, ...this.#held.keys());
    if (this.#cursor < 0) this.#cursor = Math.min(...this.#held.keys()) - 1;
    this.#held.clear();
  }

  #waitForHole(waitMs = this.#owner.limits['order.holdMs']): void {
    if (this.#owner.timers.has(this.#timer) || this.#isReading || this.#isOver) return;
    this.#owner.timers.set(this.#timer, waitMs, () => this.#fill());
  }

  #fill(): void {
    if (this.#isReading || this.#isOver) return;
    // Nothing below came: this device starts here.
    if (this.#cursor < 0) return this.startAt(Math.min(...this.#held.keys()));
    if (!this.#hole()) return;
    this.#isReading = true;
    this.#owner.read(this.conv, this.#cursor, (page) => {
      this.#isReading = false;
      if (this.#isOver) return;
      if (page !== undefined) this.#filled(page);
      else if (this.#hole()) this.#waitForHole(this.#owner.limits['reconnect.baseMs']);
    });
  }

  #filled({ messages, more }: FrameOf<'history'>): void {
    const before = this.#cursor;
    for (const message of messages) if (message.seq > this.#cursor) this.#held.set(message.seq, message);
    const first = messages[0]?.seq ?? 0;
    // The history starts above what we asked for: what lies below is not ours to see.
    if (first > this.#cursor + 1) this.startAt(first);
    this.#climb();
    if (!more && messages.length === 0) this.#wanted = this.#cursor;
    this.#bound();
    if (!this.#hole()) return;
    if (this.#cursor > before) this.#fill();
    else this.#waitForHole();
  }

  #rewind(to: Seq): void {
    for (const seq of this.#held.keys()) if (seq > to) this.#held.delete(seq);
    this.#wanted = Math.min(this.#wanted, to);
    if (this.#cursor <= to) return;
    this.#cursor = to;
    this.#owner.rewound(this.conv, to);
    this.#owner.moved(this.conv);
  }
}
