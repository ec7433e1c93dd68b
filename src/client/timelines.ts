/** The conversations of this device, the one heard of last at the end. */
import type { Conv, Seq } from '#contract/conversation';
import { Timeline } from '#client/timeline';
import type { TimelineOwner } from '#client/timeline';

export class Timelines {
  readonly #owner: TimelineOwner;
  readonly #byConv = new Map<Conv, Timeline>();

  constructor(owner: TimelineOwner) {
    this.#owner = owner;
  }

  restore(cursors: ReadonlyMap<Conv, Seq>): void {
    for (const [conv, cursor] of cursors) this.#byConv.set(conv, new Timeline(conv, this.#owner, cursor));
  }

  /** -1: nothing is known of it. */
  cursor(conv: Conv): Seq {
    return this.#byConv.get(conv)?.cursor ?? -1;
  }

  /** Something of it has come. */
  of(conv: Conv): Timeline {
    const timeline = this.#byConv.get(conv) ?? new Timeline(conv, this.#owner);
    this.#byConv.delete(conv);
    this.#byConv.set(conv, timeline);
    return timeline;
  }

  forget(conv: Conv): void {
    this.#byConv.get(conv)?.end();
    this.#byConv.delete(conv);
  }

  end(): void {
    for (const timeline of this.#byConv.values()) timeline.end();
  }

  /** Of the newest conversations, as many as the server takes. */
  cursors(most: number): ReadonlyMap<Conv, Seq> {
    const known = [...this.#byConv.values()].filter(({ cursor }) => cursor >= 0);
    return new Map(known.slice(-most).map(({ conv, cursor }) => [conv, cursor]));
  }
}
