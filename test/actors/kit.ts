/** Hand-answered ports and stand-ins for the actors around the one that is tested. */
import { withLimits } from '#contract/limits';
import type { LimitName } from '#contract/limits';
import type { ConversationItem, Entry, Member } from '#contract/conversation';
import type { Bus } from '#contract/ports/bus';
import type { Inbox } from '#contract/ports/inbox';
import type { PendingWrites } from '#contract/ports/pending';
import type { Positions } from '#contract/ports/positions';
import type { Presence } from '#contract/ports/presence';
import type { Receipts } from '#contract/ports/receipts';
import type { Members, MessageStore, Numbered } from '#contract/ports/store';
import type { Ids, Tokens } from '#contract/ports/system';
import type { Asker, ToConversation, ToDelivery, ToGateway, ToPresence, ToSession } from '#actors/messages';
import { held, recorder } from '#testkit/probe';

let ulids = 0;
export const ids: Ids = {
  ulid: () => `ulid-${(ulids += 1)}`,
  directConversation: (one, other) => `d_${[one, other].sort().join('_')}`,
  groupConversation: (creator, id) => `g_${creator}_${id}`,
};

export const heldStore = () => ({
  create: held<MessageStore['create']>(),
  item: held<MessageStore['item']>(),
  lastSeqs: held<MessageStore['lastSeqs']>(),
  append: held<MessageStore['append']>(),
  read: held<MessageStore['read']>(),
  seqAt: held<MessageStore['seqAt']>(),
  markFanned: held<MessageStore['markFanned']>(),
  dirty: held<MessageStore['dirty']>(),
});

export const heldMembers = () => ({
  of: held<Members['of']>(),
  conversationsOf: held<Members['conversationsOf']>(),
  sharing: held<Members['sharing']>(),
  inAtLeast: held<Members['inAtLeast']>(),
});

export const heldBus = () => ({
  register: held<Bus['register']>(),
  restore: held<Bus['restore']>(),
  unregister: held<Bus['unregister']>(),
  fanOut: held<Bus['fanOut']>(),
  publish: held<Bus['publish']>(),
  tell: held<Bus['tell']>(),
  resync: held<Bus['resync']>(),
  subscribe: () => () => undefined,
});

export const heldPositions = () => ({ open: held<Positions['open']>(), save: held<Positions['save']>() });
export const heldReceipts = () => ({ raise: held<Receipts['raise']>(), of: held<Receipts['of']>() });
export const heldInbox = () => ({ page: held<Inbox['page']>() });
export const heldPresence = () => ({
  beat: held<Presence['beat']>(),
  gone: held<Presence['gone']>(),
  of: held<Presence['of']>(),
});
/** The log of what waits. */
export const heldPending = () => ({
  queue: held<PendingWrites['queue']>(),
  numbersOf: held<PendingWrites['numbersOf']>(),
  drain: () => () => undefined,
});
export const heldTokens = () => ({ verify: held<Tokens['verify']>() });

export const item = (changed: Partial<ConversationItem> = {}): ConversationItem => ({
  v: 1,
  conv: 'c1',
  kind: 'group',
  creator: 'alice',
  createdAt: 0,
  lastSeq: 0,
  lastAt: 0,
  memVersion: 1,
  saltMax: 1,
  fannedTo: 0,
  dirtySince: null,
  ...changed,
});

export const member = (user: string, joinedSeq = 1, leftSeq: number | null = null): Member => ({
  user,
  joinedSeq,
  leftSeq,
  place: 0,
});

export const entry = (seq: number, changed: Partial<Entry> = {}): Entry => ({
  v: 1,
  seq,
  at: seq,
  mid: `mid-${seq}`,
  from: 'alice',
  device: 'phone',
  id: `id-000${seq}`,
  body: `body ${seq}`,
  cause: '',
  ...changed,
});

export const numbered = (seq: number, duplicate = false): Numbered => ({ seq, mid: `mid-${seq}`, at: seq, duplicate });

/** A client of the conversation actor. */
export const asker = (user: string) => {
  const reply = recorder<ToSession>(`session of ${user}`);
  const value: Asker = { user, device: 'phone', connection: `connection of ${user}`, reply };
  return { ...value, reply };
};

export const limitsWith = (changed: Partial<Record<LimitName, number>> = {}) => withLimits(changed);

export const neighbours = () => ({
  delivery: recorder<ToDelivery>('delivery'),
  gateway: recorder<ToGateway>('gateway'),
  presence: recorder<ToPresence>('presence'),
  told: recorder<ToConversation>('conversations'),
});
