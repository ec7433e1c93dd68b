/** What a conversation actor keeps: a view of the stored item, who is in, what waits, and how far fan-out has come. */
import type { Conv, ConversationItem, Draft, Entry, Millis, Seq, User } from '#contract/conversation';
import type { Limits } from '#contract/limits';
import type { Outcome } from '#contract/effects';
import type { Turn } from '#contract/ports/baton';
import type { NodeName, Receipt } from '#contract/ports/bus';
import type { Ports } from '#contract/ports/ports';
import type { Raised, Reached, Reaching } from '#contract/ports/receipts';
import type { AppendGroup, AppendResult, MemberList } from '#contract/ports/store';
import type { Ids } from '#contract/ports/system';
import type {
  Asker,
  Change,
  History,
  Open,
  Read,
  Replay,
  Stand,
  Standing,
  Submit,
  ToConversation,
  ToDelivery,
  ToDrainer,
  Typing,
} from '#actors/messages';
import type { Roster } from '#actors/conversation/roster';
import type { conversationMachine } from '#machines/conversation';
import type { MachineHost } from '#runtime/machine-actor';
import type { Context, Ref } from '#runtime/types';

export interface ConversationKit {
  readonly node: NodeName;
  readonly ports: Pick<Ports, 'store' | 'members' | 'receipts' | 'bus' | 'pending' | 'baton'>;
  readonly ids: Ids;
  readonly limits: Limits;
  readonly delivery: Ref<ToDelivery>;
}

/** A send or a change of members that waits for its number. */
export interface Job {
  readonly work: Submit | Change;
  readonly cause: string;
  /** A strong read was begun after it arrived: a refusal is then final. */
  checked: boolean;
  /** A try with it ended without saying whether it landed. */
  doubtful: boolean;
  /** Parts of a large change stored so far. */
  parts: number;
  /** Of those whom it adds: who is in as many conversations as may be. Undefined: not asked yet. */
  full: ReadonlySet<User> | 'asking' | undefined;
}

/** An append in flight: the drafts, and which jobs each of them answers (repeats inside a group share one). */
export interface Group {
  readonly request: AppendGroup;
  readonly jobs: readonly { readonly job: Job; readonly index: number }[];
  /** Set when the drafts were queued before: there are no jobs then. */
  readonly batch?: QueuedBatch;
  tries: number;
}

/** Entries that were queued and are to be stored. */
export interface QueuedBatch {
  /** The drainer's name for it. */
  readonly batch: number;
  readonly reply: Ref<ToDrainer>;
  /** Without repeats. */
  readonly drafts: readonly Draft[];
  /** So many of them are stored. */
  stored: number;
}

/** What is answered after a strong read: it began after the question came. `who` is a change that changes nothing. */
export type Question =
  | History
  | Replay
  | Stand
  | Read
  | Typing
  | Change
  | { readonly t: 'opening'; readonly open: Open; readonly created: boolean };

export interface Fan {
  /** Numbers up to here were handed to the bus. */
  doneTo: number;
  /** Numbers up to here are ours to fan out. */
  goal: number;
  busy: boolean;
  marking: boolean;
  /** The strong read in flight decides what is to be taken over. */
  sweep: boolean;
  /** Entries we stored and have not fanned out: spares a read. */
  readonly entries: Map<Seq, Entry>;
  /** Connection that created the conversation and has its answer. */
  origin: string | null;
}

/** Numbers that a member has newly covered, and who said so. */
export interface Covered {
  readonly from: Seq;
  readonly to: Seq;
  readonly origin: string | null;
}

export interface Stretch {
  readonly from: Seq;
}

export interface Receipts {
  /** What members have reached and no port was told yet. */
  readonly reaching: Map<User, Reached>;
  /** Positions that rose and were not told yet: by kind, then member. */
  readonly due: Readonly<Record<Receipt['kind'], Map<User, Covered>>>;
  /** Stretches of numbers whose writers are not known to have read them yet: the mark of fan-out stays below. */
  readonly raising: Set<Stretch>;
  /** Those of them that failed and go with the next look. */
  retrying: Stretch[];
  /** Who wrote the newest numbers. */
  readonly authors: Map<Seq, User>;
  /** A look at what came together is coming, or under way. */
  armed: boolean;
  /** When each member last typed, as far as it was told. */
  readonly typed: Map<User, Millis>;
}

export interface ConversationState {
  readonly conv: Conv;
  readonly machine: MachineHost<typeof conversationMachine>;
  /** Undefined before the first read; null: there is no such conversation. */
  item: ConversationItem | null | undefined;
  roster: Roster;
  held: Job[];
  /** What was queued comes before all that is held. */
  readonly batches: QueuedBatch[];
  inFlight: Group | undefined;
  /** Waiting before the next append. */
  pausing: boolean;
  /** Until when this node may append without asking; 0: it has no turn. Counts while turns are taken. */
  turnEndsAt: Millis;
  /** Others had their turns since this one's last. */
  hasWaited: boolean;
  refreshing: boolean;
  questions: Question[];
  /** Questions that the read in flight will answer. */
  asked: Question[];
  /** Reads in flight by range: sessions with the same gap share one. */
  readonly reads: Map<string, Replay[]>;
  readonly fan: Fan;
  readonly receipts: Receipts;
}

/** Outcomes and timers: what the actor tells itself. */
export type Own =
  | {
      readonly t: 'created';
      readonly open: Open;
      readonly outcome: Outcome<{ created: boolean; item: ConversationItem }>;
    }
  /** Who of the founders of a conversation is in as many as may be. */
  | { readonly t: 'founders'; readonly open: Open; readonly outcome: Outcome<ReadonlySet<User>> }
  /** Who of those whom a change adds is. */
  | { readonly t: 'added'; readonly job: Job; readonly outcome: Outcome<ReadonlySet<User>> }
  | { readonly t: 'item'; readonly outcome: Outcome<ConversationItem | null> }
  | { readonly t: 'members'; readonly outcome: Outcome<MemberList> }
  | { readonly t: 'turn'; readonly outcome: Outcome<Turn> }
  | { readonly t: 'queued'; readonly group: Group; readonly outcome: Outcome<void> }
  | { readonly t: 'appended'; readonly group: Group; readonly outcome: Outcome<AppendResult> }
  | {
      readonly t: 'moment-found';
      readonly question: History;
      readonly view: Standing;
      readonly outcome: Outcome<Seq>;
    }
  | { readonly t: 'page-read'; readonly question: History; readonly outcome: Outcome<readonly Entry[]> }
  | { readonly t: 'replay-read'; readonly key: string; readonly outcome: Outcome<readonly Entry[]> }
  | { readonly t: 'fan-read'; readonly from: Seq; readonly outcome: Outcome<readonly Entry[]> }
  | { readonly t: 'fanned'; readonly to: Seq; readonly outcome: Outcome<void> }
  | { readonly t: 'marked'; readonly outcome: Outcome<ConversationItem> }
  | { readonly t: 'read-raised'; readonly asker: Asker; readonly outcome: Outcome<readonly Raised[]> }
  | {
      readonly t: 'wrote';
      readonly stretch: Stretch;
      readonly reaching: readonly Reaching[];
      /** Connections of those who wrote. */
      readonly origins: ReadonlyMap<User, string>;
      readonly outcome: Outcome<readonly Raised[]>;
    }
  | {
      readonly t: 'collected';
      readonly stretches: readonly Stretch[];
      readonly reaching: readonly Reaching[];
      readonly outcome: Outcome<readonly Raised[]>;
    }
  | { readonly t: 'authors-read'; readonly outcome: Outcome<readonly Entry[]> }
  | { readonly t: 'receipts' }
  | { readonly t: 'done' }
  | { readonly t: 'retry-append' | 'end-turn' }
  | { readonly t: 'retry-fan' }
  | { readonly t: 'mark' };

export type Message = ToConversation | Own;
export type Ctx = Context<Message>;

/** The parts of a conversation actor call each other through the state's owner: all take these three. */
export interface Hands {
  readonly kit: ConversationKit;
  readonly state: ConversationState;
  readonly ctx: Ctx;
}
