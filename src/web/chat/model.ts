/** What the page knows: plain data, never changed in place, so that a view can tell by identity what to draw again. */
import type { ClientFault, MessageState } from '#client/events';
import type { LifeState } from '#client/life';
import type { Conv, ConversationKind, Millis, Seq, User } from '#contract/conversation';
import type { WireMessage } from '#contract/frames';

/** A message of one's own that is not in the conversation yet. */
export interface Pending {
  readonly id: string;
  readonly body: string;
  readonly at: Millis;
  readonly state: MessageState;
  readonly fault?: ClientFault;
}

/** Neighbouring messages of a conversation, as far as they are held here. */
export interface Run {
  readonly messages: readonly WireMessage[];
  readonly reachesStart: boolean;
  readonly reachesEnd: boolean;
}

export interface Position {
  readonly delivered: Seq;
  readonly read: Seq;
}

/** Which messages are in the document: the newest, or those from one on. */
export type View = 'end' | { readonly first: string };

export interface Conversation {
  readonly conv: Conv;
  readonly kind: ConversationKind;
  readonly title?: string;
  /** Everybody else; of a group of which not all are known yet, some. */
  readonly others: readonly User[];
  readonly areAllKnown: boolean;
  readonly since: Seq;
  /** The last number; 0 or `since - 1` while there is nothing. */
  readonly seq: Seq;
  readonly at: Millis;
  readonly preview: string;
  /** How far oneself has read, on whatever device. */
  readonly readSeq: Seq;
  /** Undefined: nothing was loaded. */
  readonly run: Run | undefined;
  readonly pending: readonly Pending[];
  readonly positions: ReadonlyMap<User, Position>;
  readonly typing: ReadonlySet<User>;
  readonly view: View;
  /** The line `New messages` stands above this number; 0: nowhere. */
  readonly newFrom: Seq;
  /** A part of the history that is on its way. */
  readonly loading: 'newest' | 'older' | 'newer' | undefined;
  /** It could not be had: asked for again when somebody scrolls, or the connection is back. */
  readonly isStuck: boolean;
}

export interface Presence {
  readonly state: 'online' | 'offline' | 'unknown';
  readonly lastSeenAt: Millis | null;
}

/** Something to be told once, and to go away again. */
export interface Notice {
  readonly n: number;
  readonly text: string;
}

export interface Model {
  readonly me: User;
  readonly connection: LifeState;
  /** Why it is over, when it is: a close code of docs/protocol.md. */
  readonly closeCode?: number;
  /** It has been without a connection for so long that a person should know. */
  readonly isAway: boolean;
  /** The list of conversations has come once. */
  readonly isLoaded: boolean;
  readonly conversations: ReadonlyMap<Conv, Conversation>;
  /** Of the list, where it goes on; undefined: that was all. */
  readonly nextPage: string | undefined;
  readonly open: Conv | undefined;
  /** Somebody looks at the page. */
  readonly isLooking: boolean;
  readonly presence: ReadonlyMap<User, Presence>;
  readonly notice: Notice | undefined;
  /** What a live region says: news for who does not see the page. */
  readonly said: string;
}

export const emptyModel = (me: User): Model => ({
  me,
  connection: 'idle',
  isAway: false,
  isLoaded: false,
  conversations: new Map(),
  nextPage: undefined,
  open: undefined,
  isLooking: true,
  presence: new Map(),
  notice: undefined,
  said: '',
});

const nothing: Omit<Conversation, 'conv' | 'kind'> = {
  others: [],
  areAllKnown: false,
  since: 1,
  seq: 0,
  at: 0,
  preview: '',
  readSeq: 0,
  run: undefined,
  pending: [],
  positions: new Map(),
  typing: new Set(),
  view: 'end',
  newFrom: 0,
  loading: undefined,
  isStuck: false,
};

export const newConversation = (conv: Conv, kind: ConversationKind): Conversation => ({ conv, kind, ...nothing });

/** The model with one conversation changed; one that is not known stays so. */
export const change = (model: Model, conv: Conv, by: (before: Conversation) => Conversation): Model => {
  const before = model.conversations.get(conv);
  if (before === undefined) return model;
  const after = by(before);
  if (after === before) return model;
  return { ...model, conversations: new Map(model.conversations).set(conv, after) };
};

export const unreadOf = ({ seq, readSeq, since }: Conversation): number =>
  Math.max(0, seq - Math.max(readSeq, since - 1));

/** The newest first. */
export const listed = ({ conversations }: Model): Conversation[] =>
  [...conversations.values()].sort((one, other) => lastAt(other) - lastAt(one) || (one.conv < other.conv ? -1 : 1));

const lastAt = ({ at, pending }: Conversation): Millis => Math.max(at, pending.at(-1)?.at ?? 0);

/** Messages that the server does not have yet, over all conversations. */
export const waitingIn = ({ conversations }: Model): number => {
  let count = 0;
  for (const { pending } of conversations.values())
    for (const { state } of pending) if (state === 'sending') count += 1;
  return count;
};
