/**
 * Fan-out: who hears of what was stored. Always from the number after the mark, whoever appended; idempotent by number;
 * the mark follows on its own or rides on the next append. A crash anywhere leaves the mark for the sweep.
 */
import type { Entry, Seq } from '#contract/conversation';
import type { Outcome } from '#contract/effects';
import type { Notice } from '#contract/ports/bus';
import { adopt, refresh } from '#actors/conversation/reading';
import { hearersOf, usersNow } from '#actors/conversation/roster';
import { raisedTo } from '#actors/conversation/receipts';
import type { ConversationState, Hands } from '#actors/conversation/state';

/** Makes everything up to `goal` ours to fan out. */
export const wantFanOut = (hands: Hands, goal: Seq): void => {
  const { fan } = hands.state;
  fan.goal = Math.max(fan.goal, goal);
  pumpFan(hands);
};

export const pumpFan = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { fan, item } = state;
  if (fan.busy || item === null || item === undefined) return;
  if (fan.doneTo >= fan.goal) return armMark(hands);
  if (item.memVersion !== state.roster.version) return refresh(hands); // its end comes back here
  fan.busy = true;
  if (fan.doneTo < 0) return send(hands, [creation(hands)], 0);
  const from = fan.doneTo + 1;
  const to = Math.min(fan.goal, from + kit.limits['fanout.batch'] - 1);
  const own = ownEntries(hands, from, to);
  if (own.length > 0) return fanOut(hands, own);
  const range = { conv: state.conv, from, to, order: 'up', limit: to - from + 1 } as const;
  ctx.start(kit.ports.store.read(range), (outcome) => ({ t: 'fan-read', from, outcome }));
};

const ownEntries = ({ state }: Hands, from: Seq, to: Seq): Entry[] => {
  const entries: Entry[] = [];
  for (let seq = from; seq <= to; seq += 1) {
    const entry = state.fan.entries.get(seq);
    if (entry === undefined) break;
    entries.push(entry);
  }
  return entries;
};

export const fanReadCame = (hands: Hands, outcome: Outcome<readonly Entry[]>): void => {
  if (outcome.ok && outcome.value.length > 0) fanOut(hands, outcome.value);
  else retryLater(hands);
};

const retryLater = ({ kit, state, ctx }: Hands): void => {
  state.fan.busy = false;
  ctx.after('retry-fan', kit.limits['fanout.retryMs'], { t: 'retry-fan' });
};

const fanOut = (hands: Hands, entries: readonly Entry[]): void =>
  send(hands, noticesOf(hands, entries), entries.at(-1)?.seq ?? 0);

/** Served here directly, and handed to the bus for the other nodes. */
const send = ({ kit, state, ctx }: Hands, notices: readonly Notice[], to: Seq): void => {
  // What led to the newest message, not the turn in which it goes out: that is what a trace follows.
  const cause = notices.at(-1)?.entries.at(-1)?.cause ?? ctx.cause;
  kit.delivery.tell({ t: 'notices', cause, notices });
  ctx.start(kit.ports.bus.fanOut(kit.node, cause, notices), (outcome) => ({ t: 'fanned', to, outcome }));
  for (const seq of state.fan.entries.keys()) if (seq <= to) state.fan.entries.delete(seq);
};

export const fannedCame = (hands: Hands, to: Seq, outcome: Outcome<void>): void => {
  const { fan } = hands.state;
  if (!outcome.ok) return retryLater(hands);
  fan.busy = false;
  fan.doneTo = Math.max(fan.doneTo, to);
  pumpFan(hands);
};

/** What the mark may say: handed to the bus, and read by those who wrote it. */
export const markableTo = ({ fan, receipts }: ConversationState): number => Math.min(fan.doneTo, raisedTo(receipts));

export const armMark = ({ kit, state, ctx }: Hands): void => {
  const { fan, item } = state;
  if (item === null || item === undefined || fan.marking || markableTo(state) <= item.fannedTo) return;
  fan.marking = true;
  ctx.after('mark', kit.limits['fanout.markMs'], { t: 'mark' });
};

/** The timer of the mark rang: write it, unless an append carried it in the meantime. */
export const mark = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { fan, item, conv } = state;
  const to = markableTo(state);
  if (item === null || item === undefined || to <= item.fannedTo) {
    fan.marking = false;
    return;
  }
  const range = { from: item.fannedTo + 1, to };
  ctx.start(kit.ports.store.markFanned(conv, range), (outcome) => ({ t: 'marked', outcome }));
};

/** The mark as it now is, whoever set it. */
export const markedCame = (hands: Hands, outcome: Outcome<Parameters<typeof adopt>[1]>): void => {
  const { state } = hands;
  state.fan.marking = false;
  if (outcome.ok) adoptMark(hands, outcome.value);
  pumpFan(hands);
};

/** The answer may be older than an append that came first: only its mark counts then. */
const adoptMark = (hands: Hands, item: Parameters<typeof adopt>[1]): void => {
  const { state } = hands;
  const known = state.item;
  if (known !== null && known !== undefined && known.lastSeq > item.lastSeq)
    state.item = { ...known, fannedTo: Math.max(known.fannedTo, item.fannedTo) };
  adopt(hands, item);
};

const base = ({ state }: Hands): Pick<Notice, 'conv' | 'kind' | 'title'> => {
  const { item } = state;
  const kind = item?.kind ?? 'group';
  return item?.title === undefined ? { conv: state.conv, kind } : { conv: state.conv, kind, title: item.title };
};

/** Step 0: the conversation opens for its founders. */
const creation = (hands: Hands): Notice => {
  const founders = hearersOf(hands.state.roster, 1);
  return {
    ...base(hands),
    from: 0,
    to: 0,
    entries: [],
    at: hands.state.item?.createdAt ?? 0,
    recipients: [],
    added: founders,
    removed: [],
    members: usersNow(hands.state.roster),
    origin: hands.state.fan.origin,
  };
};

/** One notice for each stretch throughout which the members stay the same: a change of members stands alone. */
const noticesOf = (hands: Hands, entries: readonly Entry[]): Notice[] => {
  const stretches: Entry[][] = [];
  for (const entry of entries) {
    const open = stretches.at(-1);
    const joins = open !== undefined && entry.event === undefined && open[0]?.event === undefined;
    if (joins) open.push(entry);
    else stretches.push([entry]);
  }
  return stretches.map((stretch) => noticeOf(hands, stretch));
};

const noticeOf = (hands: Hands, stretch: readonly Entry[]): Notice => {
  const first = stretch[0] as Entry;
  const recipients = hearersOf(hands.state.roster, first.seq);
  const { add = [], remove = [] } = first.event ?? {};
  return {
    ...base(hands),
    from: first.seq,
    to: first.seq + stretch.length - 1,
    entries: stretch,
    at: stretch.at(-1)?.at ?? first.at,
    recipients,
    added: add,
    removed: remove,
    members: add.length > 0 ? recipients : [],
    origin: null,
  };
};
