/**
 * What stands in a conversation, line by line: messages, one's own that wait, days, the line above what is new. Only a
 * window of it is in the document, however long the conversation is.
 */
import type { MessageState } from '#client/events';
import type { MemberEvent, Millis, Seq, User } from '#contract/conversation';
import type { WireMessage } from '#contract/frames';
import type { Conversation, Pending, View } from '#web/chat/model';
import { tickOf } from '#web/chat/ticks';

interface RowOf<K extends string> {
  readonly kind: K;
  readonly key: string;
}

export interface MessageRow extends RowOf<'message'> {
  /** Undefined while it waits. */
  readonly seq: Seq | undefined;
  readonly id: string;
  readonly from: User;
  readonly isOwn: boolean;
  /** The first of several that somebody wrote one after the other. */
  readonly isFirst: boolean;
  readonly body: string;
  readonly at: Millis;
  readonly tick?: MessageState;
  readonly pending?: Pending;
}
export interface EventRow extends RowOf<'event'> {
  readonly seq: Seq;
  readonly from: User;
  readonly event: MemberEvent;
}
export interface DayRow extends RowOf<'day'> {
  readonly at: Millis;
}
export type NewRow = RowOf<'new'>;
export type Row = MessageRow | EventRow | DayRow | NewRow;

type Item = WireMessage | Pending;

const isWire = (item: Item): item is WireMessage => 'seq' in item;

export const keyOf = (item: Item): string => (isWire(item) ? `m${item.seq}` : `p${item.id}`);

/** All that could be shown: what is held, and behind its end what waits. */
export const itemsOf = ({ run, pending }: Conversation): Item[] => {
  if (run === undefined) return [];
  return run.reachesEnd ? [...run.messages, ...pending] : [...run.messages];
};

interface Shown {
  readonly items: readonly Item[];
  /** Where in all of them it begins. */
  readonly from: number;
}

/** Which of them are in the document. */
export const shownOf = (items: readonly Item[], view: View, most: number): Shown => {
  const end = Math.max(0, items.length - most);
  const at = view === 'end' ? -1 : items.findIndex((item) => keyOf(item) === view.first);
  const from = at < 0 ? end : Math.min(at, end);
  return { items: items.slice(from, from + most), from };
};

/** The view after somebody came near an end of what is shown. */
export const slid = (items: readonly Item[], view: View, way: 'up' | 'down', step: number, most: number): View => {
  const { from } = shownOf(items, view, most);
  const to = way === 'up' ? Math.max(0, from - step) : from + step;
  const first = items[to];
  return first === undefined || to + most >= items.length ? 'end' : { first: keyOf(first) };
};

/** Messages of one person within this time stand together. */
const togetherMs = 5 * 60_000;

const dayOf = (at: Millis): string => new Date(at).toDateString();

const belongsTo = (before: Item | undefined, item: Item, me: User): boolean => {
  if (before === undefined || (isWire(before) && before.event !== undefined)) return false;
  const [one, other] = [before, item].map((each) => (isWire(each) ? each.from : me));
  return one === other && item.at - before.at < togetherMs && dayOf(before.at) === dayOf(item.at);
};

/** The rows of a window of the conversation. */
export const rowsOf = (conversation: Conversation, me: User, most: number, receiptsMost: number): Row[] => {
  const items = itemsOf(conversation);
  const { items: shown, from } = shownOf(items, conversation.view, most);
  const rows: Row[] = [];
  shown.forEach((item, index) => {
    const before = items[from + index - 1];
    if (before === undefined || dayOf(before.at) !== dayOf(item.at))
      rows.push({ kind: 'day', key: `d${dayOf(item.at)}`, at: item.at });
    const isNew = isWire(item) && item.seq === conversation.newFrom;
    if (isNew) rows.push({ kind: 'new', key: 'new' });
    const isFirst = isNew || !belongsTo(before, item, me);
    rows.push(isWire(item) ? wireRow(conversation, item, me, isFirst, receiptsMost) : pendingRow(item, me, isFirst));
  });
  return rows;
};

const wireRow = (conversation: Conversation, item: WireMessage, me: User, isFirst: boolean, most: number): Row => {
  const { seq, id, from, body, at, event } = item;
  if (event !== undefined) return { kind: 'event', key: keyOf(item), seq, from, event };
  const row = { kind: 'message', key: keyOf(item), seq, id, from, isOwn: from === me, isFirst, body, at } as const;
  return from === me ? { ...row, tick: tickOf(conversation, seq, most) } : row;
};

const pendingRow = (pending: Pending, me: User, isFirst: boolean): MessageRow => {
  const { id, body, at, state } = pending;
  const row = { kind: 'message', key: keyOf(pending), seq: undefined, id, from: me, isOwn: true, isFirst } as const;
  return { ...row, body, at, tick: state, pending };
};
