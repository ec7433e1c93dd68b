/** What the client tells an app, by name and type. */
import type { Conv, Millis, Seq, User } from '#contract/conversation';
import type { FaultEffect } from '#contract/effects';
import type { FrameOf, WireMessage } from '#contract/frames';
import type { LifeState } from '#client/life';

/** Why something was not done: a code of docs/protocol.md section 5, or one of the client's own (`client.…`). */
export interface ClientFault {
  readonly code: string;
  readonly message: string;
  /** With `unknown` it may have happened: repeat it under the same id. */
  readonly effect: FaultEffect;
  readonly retryAfterMs?: number;
}

export type MessageState = 'sending' | 'queued' | 'stored' | 'delivered' | 'read' | 'failed';

export interface ClientEvents {
  /** Of every conversation in order of `seq`, each once, one's own included. */
  message: WireMessage;
  /** How far a message of one's own has got. */
  state: {
    readonly id: string;
    readonly conv: Conv;
    readonly state: MessageState;
    readonly seq?: Seq;
    readonly fault?: ClientFault;
  };
  /** How far another member has got. */
  receipt: { readonly kind: 'delivered' | 'read'; readonly conv: Conv; readonly user: User; readonly seq: Seq };
  /** Numbers that were not read, because there were too many: ask `history` for them when somebody scrolls there. */
  gap: { readonly conv: Conv; readonly from: Seq; readonly to: Seq };
  /** The server has nothing above `to`: what was shown there never was. */
  rewound: { readonly conv: Conv; readonly to: Seq };
  /** One is in a new conversation, or a new member of one. */
  opened: FrameOf<'opened'>;
  removed: { readonly conv: Conv };
  typing: { readonly conv: Conv; readonly user: User };
  /** While nobody knows, `state` is `unknown` with the last time at which somebody did: show "last seen". */
  presence: {
    readonly user: User;
    readonly state: 'online' | 'offline' | 'unknown';
    readonly lastSeenAt: Millis | null;
  };
  connection: { readonly state: LifeState; readonly code?: number };
  /** All that was missed is here. */
  ready: { readonly user: User };
}

type Listener<T> = (event: T) => void;

export class Emitter {
  readonly #listeners = new Map<keyof ClientEvents, Set<Listener<never>>>();

  /** Answers how to stop listening. */
  on<K extends keyof ClientEvents>(name: K, listener: Listener<ClientEvents[K]>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<K extends keyof ClientEvents>(name: K, event: ClientEvents[K]): void {
    for (const listener of this.#listeners.get(name) ?? []) (listener as Listener<ClientEvents[K]>)(event);
  }
}
