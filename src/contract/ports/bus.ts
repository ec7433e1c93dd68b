/**
 * Between nodes: who is connected where, what was last stored for a user, and notices to other nodes. All of it is
 * disposable: a lost notice or index is healed from the store (promise 5).
 */
import type { Conv, ConversationKind, Device, Entry, Millis, Seq, User } from '#contract/conversation';
import type { Effect } from '#contract/effects';

export type NodeName = string;

export interface SessionAddress {
  readonly user: User;
  readonly device: Device;
  readonly node: NodeName;
  /** Name of the session on its node. */
  readonly session: string;
  /** Of two registrations of one device the one with the higher epoch is the living one. */
  readonly epoch: number;
}

/** What the members of a conversation hear of one stretch of it, throughout which they stay the same people. */
export interface Notice {
  readonly conv: Conv;
  readonly kind: ConversationKind;
  readonly title?: string;
  /** Numbers `from`..`to`: one member entry, or messages only. Creation: from = 0, to = 0, no entries. */
  readonly from: number;
  readonly to: Seq;
  readonly entries: readonly Entry[];
  /** Time of the last of them, or of the creation. */
  readonly at: Millis;
  /** Users who hear the entries, the added among them. */
  readonly recipients: readonly User[];
  /** Users for whom the conversation opens with it (all founders, at creation). */
  readonly added: readonly User[];
  /** Users who hear `removed` and nothing else. */
  readonly removed: readonly User[];
  /** Who is in, for `opened`; empty when nobody is added. */
  readonly members: readonly User[];
  /** Connection that asked and has its answer; null when unknown. */
  readonly origin: string | null;
}

/** A member has got further: told to the users in `to`. */
export interface Receipt {
  readonly conv: Conv;
  readonly kind: 'delivered' | 'read';
  readonly user: User;
  readonly seq: Seq;
  readonly to: readonly User[];
  /** Connection that said so and need not be told; null when unknown. */
  readonly origin: string | null;
}

/** What one node tells another. */
export type NodeMessage =
  | {
      readonly t: 'notices';
      readonly cause: string;
      readonly notices: readonly Notice[];
      /** Read from the log, because nobody could publish it. */
      readonly by?: 'log';
    }
  | { readonly t: 'receipts'; readonly cause: string; readonly receipts: readonly Receipt[] }
  | {
      readonly t: 'typing';
      readonly cause: string;
      readonly conv: Conv;
      readonly user: User;
      readonly to: readonly User[];
    }
  | { readonly t: 'replaced'; readonly cause: string; readonly old: SessionAddress }
  /** A node loses its appends to others: all are to take turns. */
  | { readonly t: 'contended'; readonly cause: string; readonly conv: Conv };

/** Where a conversation stands for a user. */
export interface LastKnown {
  readonly seq: Seq;
  readonly since: Seq;
}

export interface Resync {
  readonly last: ReadonlyMap<Conv, LastKnown>;
  /** The living registration of the device; null when there is none (index lost). */
  readonly current: SessionAddress | null;
}

/** A registration, and which other sessions must end for its sake. */
export interface Registered {
  readonly address: SessionAddress;
  /** The session that the device had before. */
  readonly replaced: SessionAddress | null;
  /** The session that is registered longest, where the user had as many devices as may be. It is taken out. */
  readonly crowdedOut: SessionAddress | null;
}

export interface Bus {
  /** epoch = max(now, previous + 1). At most `devicesMax` devices of a user stay registered. */
  register(session: Omit<SessionAddress, 'epoch'>, now: Millis, devicesMax: number): Effect<Registered>;
  /** Writes this registration again, unchanged, unless a newer one is there. */
  restore(address: SessionAddress): Effect<void>;
  /** Removes this registration unless a newer one is there. */
  unregister(address: SessionAddress): Effect<void>;
  /** Raises the last index of all concerned, then publishes to each other node that has sessions of them. */
  fanOut(from: NodeName, cause: string, notices: readonly Notice[]): Effect<void>;
  /** Best effort: to one node. */
  publish(to: NodeName, message: NodeMessage): Effect<void>;
  /** Best effort: to each other node that has sessions of these users. */
  tell(from: NodeName, users: readonly User[], message: NodeMessage): Effect<void>;
  /** Where every conversation of the user stands, and who the device's living session is. */
  resync(user: User, device: Device): Effect<Resync>;
  /** What arrives for a node goes to `receive`. Answers how to end it. */
  subscribe(node: NodeName, receive: (message: NodeMessage) => void): () => void;
}
