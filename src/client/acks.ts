/** Acknowledgements, put together: so many messages, or so much time, whichever comes first. */
import type { Conv } from '#contract/conversation';
import type { ClientLimits } from '#client/limits';
import type { Timers } from '#client/timers';

export class Acks {
  readonly #timers: Timers;
  readonly #limits: ClientLimits;
  readonly #acknowledge: (conv: Conv) => void;
  readonly #owed = new Set<Conv>();
  #count = 0;
  /** A server that allows few unacknowledged messages hears of them sooner. */
  window = Infinity;

  constructor(timers: Timers, limits: ClientLimits, acknowledge: (conv: Conv) => void) {
    this.#timers = timers;
    this.#limits = limits;
    this.#acknowledge = acknowledge;
  }

  /** The cursor of this conversation has moved, for one message or several. */
  raise(conv: Conv): void {
    this.#owed.delete(conv);
    this.#owed.add(conv);
    this.#count += 1;
    if (this.#count >= Math.min(this.#limits['ack.every'], Math.ceil(this.window / 2))) this.settle();
    else if (!this.#timers.has('ack')) this.#timers.set('ack', this.#limits['ack.everyMs'], () => this.settle());
  }

  settle(): void {
    this.#timers.end('ack');
    this.#count = 0;
    const owed = [...this.#owed];
    this.#owed.clear();
    for (const conv of owed) this.#acknowledge(conv);
  }
}
