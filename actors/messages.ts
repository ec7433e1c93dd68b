/** What the actors of one app server tell each other. Whoever wants an answer sends its own reference along. */
import type { Conv, ConversationKind, Device, Draft, Entry, Meta, Millis, Seq, User } from '#contract/conversation';
import type { Fault } from '#contract/effects';
import type { CloseCode } from '#contract/errors';
import type { FromConnection } from '#contract/inlet';
import type { NodeMessage, Notice, Receipt } from '#contract/ports/bus';
import type { SharedMessage } from '#contract/ports/outlet';
import type { PendingBatch } from '#contract/ports/pending';
import type { PresenceState } from '#contract/ports/presence';
import type { Ref } from '#runtime/types';

/** Who asks, and where the answer goes. */
export interface Asker {
  readonly user: User;
  readonly device: Device | null;
  /** Name of the connection; an `opened` for it is answered, not announced. */
  readonly connection: string;
  readonly reply: Ref<ToSession>;
}

export interface Submit {
  readonly t: 'submit';
  readonly asker: Asker;
  readonly id: string;
  readonly body: string;
  readonly meta: Meta | undefined;
  /** When it was taken from the client. */
  readonly at: Millis;
}

export interface Change {
  readonly t: 'change';
  readonly asker: Asker;
  readonly id: string;
  readonly add: readonly User[];
  readonly remove: readonly User[];
}

export interface Open {
  readonly t: 'open';
  readonly asker: Asker;
  readonly id: string;
  readonly kind: ConversationKind;
  /** The creator first. */
  readonly founders: readonly User[];
  readonly title: string | undefined;
}

export interface History {
  readonly t: 'history';
  readonly asker: Asker;
  readonly id: string;
  readonly after: Seq | undefined;
  readonly before: Seq | undefined;
  /** From the first entry of that time or later on; neither `after` nor `before` is given then. */
  readonly since: Millis | undefined;
  readonly limit: number;
}

/** The next entries for a session that is behind. */
export interface Replay {
  readonly t: 'replay';
  readonly asker: Asker;
  readonly from: Seq;
  readonly limit: number;
}

/** Where the conversation stands for the asker. */
export interface Stand {
  readonly t: 'stand';
  readonly asker: Asker;
}

/** What a person has read; the one who asks for it gets an answer only when it is refused. */
export interface Read {
  readonly t: 'read';
  readonly asker: Asker;
  readonly seq: Seq;
}

/** Somebody types: for the others. */
export interface Typing {
  readonly t: 'typing';
  readonly asker: Asker;
}

/** What was queued is to be stored now, in this order. */
export interface Drain {
  readonly t: 'drain';
  /** The drainer's name for it. */
  readonly batch: number;
  readonly drafts: readonly Draft[];
  readonly reply: Ref<ToDrainer>;
}

export type ToDrainer =
  | { readonly t: 'batch'; readonly batch: PendingBatch }
  | { readonly t: 'batch-stored' | 'batch-failed'; readonly batch: number };

export type ToConversation =
  | Submit
  | Change
  | Open
  | History
  | Replay
  | Stand
  | Read
  | Typing
  | Drain
  /** A device of a member holds everything up to `seq`, which is known to exist. */
  | { readonly t: 'delivered'; readonly user: User; readonly seq: Seq }
  /** Another node loses its appends to ours. */
  | { readonly t: 'contended' }
  | { readonly t: 'sweep' };

/** A conversation as one of its members sees it. */
export interface Standing {
  readonly conv: Conv;
  readonly kind: ConversationKind;
  readonly title: string | undefined;
  readonly members: readonly User[];
  readonly since: Seq;
  readonly last: Seq;
}

export interface StoredAnswer {
  readonly id: string;
  readonly seq: Seq;
  readonly mid: string;
  readonly at: number;
  /** It had been stored before. */
  readonly duplicate: boolean;
}

export type ToSession =
  | FromConnection
  | { readonly t: 'stored'; readonly conv: Conv; readonly answers: readonly StoredAnswer[] }
  /** Durable, and not stored yet. */
  | { readonly t: 'queued'; readonly conv: Conv; readonly ids: readonly string[] }
  | {
      readonly t: 'refused';
      readonly conv: Conv;
      readonly of: string;
      /** Null: the frame has none. */
      readonly id: string | null;
      readonly fault: Fault;
    }
  | { readonly t: 'members-are'; readonly id: string; readonly standing: Standing }
  | {
      readonly t: 'opened';
      readonly id: string;
      readonly standing: Standing;
      /** False: it was there. */
      readonly created: boolean;
    }
  | {
      readonly t: 'page';
      readonly id: string;
      readonly conv: Conv;
      readonly entries: readonly Entry[];
      readonly more: boolean;
      readonly last: Seq;
    }
  | {
      readonly t: 'replayed';
      readonly from: Seq;
      readonly standing: Standing;
      readonly entries: readonly SharedMessage[];
    }
  | { readonly t: 'replay-failed'; readonly conv: Conv; readonly from: Seq; readonly fault: Fault }
  | { readonly t: 'stands'; readonly standing: Standing }
  | { readonly t: 'stand-failed'; readonly conv: Conv; readonly fault: Fault }
  | { readonly t: 'notice'; readonly notice: Notice; readonly messages: readonly SharedMessage[] }
  /** A `read` is done: whoever asks now sees it. */
  | { readonly t: 'read-done' }
  | { readonly t: 'receipt'; readonly receipt: Receipt }
  | { readonly t: 'types'; readonly conv: Conv; readonly user: User }
  | { readonly t: 'presence'; readonly states: readonly PresenceIs[] }
  | { readonly t: 'replaced' }
  | { readonly t: 'maintenance'; readonly withinMs: number }
  /** Close once what is in flight is answered. */
  | { readonly t: 'leave'; readonly code: CloseCode; readonly reason: string };

export type ToDelivery =
  | { readonly t: 'attach'; readonly user: User; readonly session: string; readonly ref: Ref<ToSession> }
  | { readonly t: 'detach'; readonly user: User; readonly session: string }
  /** From another node, or from this one. */
  | Exclude<NodeMessage, { readonly t: 'contended' }>;

/** What a watcher is shown of a user. */
export interface PresenceIs {
  readonly user: User;
  readonly state: PresenceState;
  readonly lastSeenAt: Millis | null;
}

export type ToPresence =
  /** A session of this user is connected. */
  | { readonly t: 'came'; readonly user: User; readonly session: string; readonly ref: Ref<ToSession> }
  /** Its socket went; the user may come back. It watches no more. */
  | { readonly t: 'lost'; readonly user: User; readonly session: string }
  /** It is over; its socket went at `at`. */
  | { readonly t: 'went'; readonly user: User; readonly session: string; readonly at: Millis }
  /** Replaces what the session watched before. */
  | {
      readonly t: 'watch';
      readonly session: string;
      readonly ref: Ref<ToSession>;
      readonly user: User;
      readonly users: readonly User[];
    }
  /** With whom the user shares a conversation may have changed. */
  | { readonly t: 'look-again'; readonly session: string };

export type ToGateway =
  | { readonly t: 'joined'; readonly session: string; readonly ref: Ref<ToSession> }
  | { readonly t: 'left'; readonly session: string }
  | { readonly t: 'ready' }
  /** Calls back once nobody is connected any more. */
  | { readonly t: 'drain'; readonly drained: () => void };
