/** What a session keeps of one connection: who it is, where each conversation stands on it, and its window. */
import type { Conv, Device, Millis, Seq, User } from '#contract/conversation';
import type { Fault, Outcome } from '#contract/effects';
import type { CloseCode } from '#contract/errors';
import type { HistoryFrame, InboxFrame, OpenFrame } from '#contract/frames';
import type { InboxPage } from '#contract/inbox';
import type { Limits } from '#contract/limits';
import type { NodeName, Registered, Resync, SessionAddress } from '#contract/ports/bus';
import type { Outlet, SharedMessage } from '#contract/ports/outlet';
import type { StoredNumber } from '#contract/ports/pending';
import type { Ports } from '#contract/ports/ports';
import type { DevicePositions } from '#contract/ports/positions';
import type { Reached } from '#contract/ports/receipts';
import type { Claims, Ids } from '#contract/ports/system';
import type { Asker, ToConversation, ToDelivery, ToGateway, ToPresence, ToSession } from '#actors/messages';
import type { Admission } from '#resilience/admission';
import type { Insistence } from '#resilience/insistence';
import type { sessionMachine } from '#machines/session';
import type { MachineHost } from '#runtime/machine-actor';
import type { Context, Ref } from '#runtime/types';

export interface SessionKit {
  readonly node: NodeName;
  readonly ports: Pick<Ports, 'positions' | 'receipts' | 'inbox' | 'bus' | 'tokens' | 'pending'> & {
    readonly store: Pick<Ports['store'], 'lastSeqs'>;
  };
  readonly ids: Ids;
  readonly limits: Limits;
  readonly delivery: Ref<ToDelivery>;
  readonly gateway: Ref<ToGateway>;
  readonly presence: Ref<ToPresence>;
  readonly admission: Admission;
  /** To the conversation actor of this node. */
  readonly conversations: { tell(conv: Conv, message: ToConversation): Fault | undefined };
}

/** `live`: what arrives goes out. `gap`: a number is missing for now. `behind`: the rest comes from the store. */
export type ViewMode = 'live' | 'gap' | 'behind';

/** Where one conversation stands on this connection. */
export interface View {
  readonly conv: Conv;
  since: Seq;
  /** The next number to go out. */
  next: Seq;
  /** The highest number known to exist. */
  last: Seq;
  mode: ViewMode;
  /** It stands as the client says: the store must confirm it before anything is answered. */
  unproven: boolean;
  /** The client waits for `resumed`; replay began at this number. 0: it does not wait. */
  resumedFrom: Seq;
  /** Numbers sent as `message` and not yet acknowledged, rising. */
  sent: Seq[];
  acked: Seq;
  /** Numbers not yet passed for which this connection got `stored`. */
  own: Set<Seq> | undefined;
  /** Messages beyond a gap. */
  held: SharedMessage[];
  /** Positions of others that this connection was told, by kind and user: they never fall. */
  reached: Map<string, Seq> | undefined;
  /** When it was told that somebody types. */
  typed: Map<User, Millis> | undefined;
}

/** A conversation this connection was told to have left. */
export interface Left {
  /** The number by which it was left, or the highest that was known: notices up to here are late news. */
  readonly upTo: Seq;
  own: View['own'];
}

export interface Identity {
  readonly user: User;
  readonly device: Device;
  expiresAt: Millis;
}

export interface SessionState {
  readonly machine: MachineHost<typeof sessionMachine>;
  readonly name: string;
  who: Identity | undefined;
  asker: Asker | undefined;
  /** A token is being looked at. */
  verifying: boolean;
  address: SessionAddress | undefined;
  /** A registration is under way: it must be taken back when the session ends meanwhile. */
  registering: boolean;
  /** Older connections that end for this one, until they are told. */
  replaces: readonly SessionAddress[];
  /** When the socket went; undefined while it has not. */
  lostAt: Millis | undefined;
  /** Cursors of hello, until the replay starts. */
  cursors: ReadonlyMap<Conv, Seq>;
  positions: DevicePositions | undefined;
  readonly views: Map<Conv, View>;
  /** Conversations that were heard of before it was known where they stand. */
  readonly early: Map<Conv, Seq>;
  /** Conversations this connection was told to have left; numbers it was told as `stored` since then. */
  readonly left: Map<Conv, Left>;
  /**
   * Numbers it was told as `stored` in conversations it has not heard of yet: a client may know one from its inbox, or
   * from another device, before `opened` has come here.
   */
  readonly ownUnseen: Map<Conv, Set<Seq>>;
  /** Conversations to be caught up, in this order; one read at a time. */
  readonly catchUp: Set<Conv>;
  reading: Conv | undefined;
  /** The user left while the read was under way: its answer is from before, and void. */
  readingIsVoid: boolean;
  /** Conversations whose next number is a send of this connection that waits for its answer. */
  readonly waiting: Set<Conv>;
  /** Messages unacknowledged over all conversations. */
  unacked: number;
  /** Sends over a rate, again and again. */
  readonly insistence: Insistence;
  /** Sends in flight by conversation and id. */
  readonly pending: Map<string, number>;
  pendingCount: number;
  /** Sends that were queued, or refused with effect `unknown`: they are answered when the stream shows their number. */
  readonly owed: Set<string>;
  /** Those of them that were queued: they are looked up. */
  readonly queued: Map<Conv, Set<string>>;
  /** Acknowledged positions not yet handed to the port. */
  unsaved: Map<Conv, Seq>;
  saving: boolean;
  /** An acknowledgement whose number has to be looked up first. */
  readonly doubtful: Map<Conv, Seq>;
  /** Conversations of which the newest positions are due; one question about them at a time. */
  readonly positionsDue: Set<Conv>;
  askingPositions: boolean;
  /** Requests that go one at a time, in the order in which they came. */
  readonly turn: { isBusy: boolean; readonly waiting: (HistoryFrame | OpenFrame)[] };
  /** `read`s that are not done yet: an inbox that is asked for after them waits for them. */
  readsOpen: number;
  inboxes: InboxFrame[];
  /** Whom the client watches. */
  watched: readonly User[];
  /** Set once the session is to close when its sends are answered. */
  leaving: { readonly code: CloseCode; readonly reason: string } | undefined;
}

export type Own =
  | {
      readonly t: 'verified';
      readonly device: Device;
      readonly cursors: ReadonlyMap<Conv, Seq>;
      readonly outcome: Outcome<Claims>;
    }
  | {
      readonly t: 'registered';
      readonly outcome: Outcome<Registered>;
    }
  | { readonly t: 'positioned'; readonly outcome: Outcome<DevicePositions> }
  | { readonly t: 'resync-came'; readonly first: boolean; readonly outcome: Outcome<Resync> }
  | { readonly t: 'lasts-came'; readonly index: Resync['last']; readonly outcome: Outcome<ReadonlyMap<Conv, Seq>> }
  | { readonly t: 'saved'; readonly positions: ReadonlyMap<Conv, Seq>; readonly outcome: Outcome<void> }
  | { readonly t: 'turn-over' }
  | { readonly t: 'inbox-due' }
  | { readonly t: 'inbox-came'; readonly id: string; readonly outcome: Outcome<InboxPage> }
  | { readonly t: 'positions-due' }
  | {
      readonly t: 'positions-came';
      readonly convs: readonly Conv[];
      readonly outcome: Outcome<ReadonlyMap<Conv, ReadonlyMap<User, Reached>>>;
    }
  | { readonly t: 'owed-due' }
  | {
      readonly t: 'owed-came';
      readonly conv: Conv;
      readonly outcome: Outcome<ReadonlyMap<string, StoredNumber>>;
    }
  | { readonly t: 'watch-again' }
  | { readonly t: 'done' }
  | { readonly t: 'expired' }
  | { readonly t: 'heartbeat' }
  | { readonly t: 'resync' }
  | { readonly t: 'token-expired' }
  | { readonly t: 'read-again' }
  | { readonly t: 'look-again' }
  | { readonly t: 'leave-now' }
  | { readonly t: 'gap'; readonly conv: Conv };

export type Message = ToSession | Own;
export type Ctx = Context<Message>;

export interface Hands {
  readonly kit: SessionKit;
  readonly state: SessionState;
  readonly ctx: Ctx;
  readonly outlet: Outlet;
}

/** The frames of one conversation may go out now. */
export const mayStream = ({ state }: Hands): boolean => state.machine.in('connected');

export const newView = (conv: Conv, since: Seq, next: Seq, last: Seq): View => ({
  conv,
  since,
  next,
  last,
  mode: 'live',
  unproven: false,
  resumedFrom: 0,
  sent: [],
  acked: next - 1,
  own: undefined,
  held: [],
  reached: undefined,
  typed: undefined,
});

/** A conversation comes (back) to this connection. */
export const enter = ({ state }: Hands, view: View): void => {
  const { conv } = view;
  const own = state.views.get(conv)?.own ?? state.left.get(conv)?.own ?? state.ownUnseen.get(conv);
  if (own !== undefined) view.own = own;
  state.left.delete(conv);
  state.ownUnseen.delete(conv);
  state.views.set(view.conv, view);
};

/** This connection got `stored` for a number that has not passed in its stream: it will not get it again. */
export const ownStored = ({ state }: Hands, conv: Conv, seq: Seq): void => {
  const view = state.views.get(conv);
  if (view === undefined) {
    const left = state.left.get(conv);
    if (left !== undefined) (left.own ??= new Set()).add(seq);
    else state.ownUnseen.set(conv, (state.ownUnseen.get(conv) ?? new Set()).add(seq));
    return;
  }
  view.last = Math.max(view.last, seq);
  if (seq >= view.next) (view.own ??= new Set()).add(seq);
};

/** Closes the connection, if it still lives. */
export const closeConnection = ({ state }: Hands, code: CloseCode, reason: string): void => {
  const { machine } = state;
  if (machine.in('authenticating') || machine.in('connected') || machine.in('slow'))
    machine.send({ type: 'CLOSE', code, reason });
};
