/** Turns at appending, as the world keeps them: who has one until when, and who has asked of late, longest first. */
import type { Conv, Millis } from '#contract/conversation';
import type { NodeName } from '#contract/ports/bus';
import type { Limits } from '#contract/limits';
import type { Turn } from '#contract/ports/baton';

interface Queue {
  holder: NodeName | undefined;
  until: Millis;
  /** Since when each waits, and when it last asked: who has stopped asking is passed over. */
  readonly waiting: Map<NodeName, Millis>;
}

/** So many times askMs without a question: it does not wait any more. */
const patience = 20;

export class Batons {
  readonly #queues = new Map<Conv, Queue>();

  constructor(readonly limits: Limits) {}

  turn(conv: Conv, node: NodeName, now: Millis): Turn {
    const queue = this.#of(conv);
    const isOwn = queue.holder === node;
    // Handed on to it while it waited: it learns of it now.
    if (isOwn && now < queue.until) return { isMine: true, forMs: queue.until - now, isAlone: false };
    // Its holder ends its last append before it asks again, or is done.
    const graceMs = this.limits['baton.turnMs'] / 2;
    if (queue.holder !== undefined && !isOwn && now < queue.until + graceMs) return this.#wait(queue, node, now);
    this.#forgetSilent(queue, now);
    const [next = node] = queue.waiting.keys();
    this.#hand(queue, next, now);
    if (next !== node) return this.#wait(queue, node, now);
    return { isMine: true, forMs: this.limits['baton.turnMs'], isAlone: queue.waiting.size === 0 };
  }

  done(conv: Conv, node: NodeName, now: Millis): void {
    const queue = this.#queues.get(conv);
    queue?.waiting.delete(node);
    if (queue?.holder !== node) return;
    this.#forgetSilent(queue, now);
    const [next] = queue.waiting.keys();
    if (next === undefined) return void this.#queues.delete(conv);
    this.#hand(queue, next, now);
  }

  #hand(queue: Queue, node: NodeName, now: Millis): void {
    queue.holder = node;
    queue.until = now + this.limits['baton.turnMs'];
    queue.waiting.delete(node);
  }

  #of(conv: Conv): Queue {
    const known = this.#queues.get(conv) ?? { holder: undefined, until: 0, waiting: new Map<NodeName, Millis>() };
    this.#queues.set(conv, known);
    return known;
  }

  /** Keeps its place in the queue; a place is kept by asking. */
  #wait(queue: Queue, node: NodeName, now: Millis): Turn {
    queue.waiting.set(node, now);
    return { isMine: false, forMs: this.limits['baton.askMs'], isAlone: false };
  }

  #forgetSilent({ waiting }: Queue, now: Millis): void {
    for (const [node, askedAt] of waiting)
      if (now - askedAt > patience * this.limits['baton.askMs']) waiting.delete(node);
  }
}
