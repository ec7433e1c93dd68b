/**
 * Reading: the strong read before anything is answered from a cached list of members, history pages, and the entries
 * that sessions are missing. Everything is clamped to what the asker may see.
 */
import type { ConversationItem, Entry, Member } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault, Outcome } from '#contract/effects';
import type { SharedMessage } from '#contract/ports/outlet';
import type { MemberList, ReadRange } from '#contract/ports/store';
import { read } from '#actors/conversation/receipts';
import { forbidden, memberNow, rosterOf, usersNow } from '#actors/conversation/roster';
import type { Hands, Own, Question } from '#actors/conversation/state';
import { typing } from '#actors/conversation/typing';
import type { Asker, History, Replay, Standing } from '#actors/messages';
import { sharedMessage } from '#actors/wire';

/** Begins a strong read; the questions that wait now are answered by it. */
export const refresh = ({ kit, state, ctx }: Hands): void => {
  if (state.refreshing) return;
  state.refreshing = true;
  state.asked.push(...state.questions.splice(0));
  for (const job of state.held) job.checked = true;
  ctx.start(kit.ports.store.item(state.conv), (outcome) => ({ t: 'item', outcome }));
};

/** Takes over what a read or a write said about the item, unless something newer is known. */
export const adopt = ({ state }: Hands, item: ConversationItem): void => {
  const known = state.item;
  const newer = known === null || known === undefined || item.lastSeq > known.lastSeq;
  if (newer || (item.lastSeq === known.lastSeq && item.fannedTo >= known.fannedTo)) state.item = item;
  if (item.fannedTo > state.fan.doneTo) state.fan.doneTo = item.fannedTo;
};

/** The item came: the members too when the list we hold is of another version. Answers whether the read is over. */
export const itemCame = (hands: Hands, outcome: Outcome<ConversationItem | null>): Fault | 'over' | 'more' => {
  const { kit, state, ctx } = hands;
  if (!outcome.ok) return endRefresh(hands, outcome.fault);
  if (outcome.value === null) {
    state.item = null;
    return endRefresh(hands);
  }
  adopt(hands, outcome.value);
  if (outcome.value.memVersion === state.roster.version) return endRefresh(hands);
  ctx.start(kit.ports.members.of(state.conv), (members) => ({ t: 'members', outcome: members }));
  return 'more';
};

/** The members came; when they are newer than the item, the item is read again. */
export const membersCame = (hands: Hands, outcome: Outcome<MemberList>): Fault | 'over' | 'more' => {
  const { kit, state, ctx } = hands;
  if (!outcome.ok) return endRefresh(hands, outcome.fault);
  state.roster = rosterOf(outcome.value);
  if (state.item?.memVersion === state.roster.version) return endRefresh(hands);
  ctx.start(kit.ports.store.item(state.conv), (item) => ({ t: 'item', outcome: item }));
  return 'more';
};

const endRefresh = (hands: Hands, failure?: Fault): Fault | 'over' => {
  const { state } = hands;
  state.refreshing = false;
  for (const question of state.asked.splice(0)) {
    if (failure === undefined) answer(hands, question);
    else refuse(hands, question, failure);
  }
  return failure ?? 'over';
};

export const refuse = ({ state }: Hands, question: Question, why: Fault): void => {
  const { conv } = state;
  if (question.t === 'replay') {
    question.asker.reply.tell({ t: 'replay-failed', conv, from: question.from, fault: why });
  } else if (question.t === 'stand') {
    question.asker.reply.tell({ t: 'stand-failed', conv, fault: why });
  } else if (question.t === 'read' || question.t === 'typing') {
    question.asker.reply.tell({ t: 'refused', conv, of: question.t, id: null, fault: why });
  } else {
    const { asker, id } = question.t === 'opening' ? question.open : question;
    const of = question.t === 'opening' ? 'open' : question.t === 'change' ? 'members' : 'history';
    asker.reply.tell({ t: 'refused', conv, of, id, fault: why });
  }
};

export const standing = ({ state }: Hands, item: ConversationItem, member: Member): Standing => ({
  conv: state.conv,
  kind: item.kind,
  title: item.title,
  members: usersNow(state.roster),
  since: member.joinedSeq,
  last: item.lastSeq,
});

const openedOf = ({ open, created }: Extract<Question, { t: 'opening' }>, view: Standing) =>
  ({ t: 'opened', id: open.id, standing: view, created }) as const;

const answer = (hands: Hands, question: Question): void => {
  const { state } = hands;
  const asker: Asker = question.t === 'opening' ? question.open.asker : question.asker;
  const member = memberNow(state.roster, asker.user);
  const { item } = state;
  if (item === null || item === undefined || member === undefined) return refuse(hands, question, forbidden());
  const view = standing(hands, item, member);
  if (question.t === 'opening') asker.reply.tell(openedOf(question, view));
  else if (question.t === 'stand') asker.reply.tell({ t: 'stands', standing: view });
  else if (question.t === 'change') asker.reply.tell({ t: 'members-are', id: question.id, standing: view });
  else if (question.t === 'read') read(hands, question, view);
  else if (question.t === 'typing') typing(hands, question);
  else if (question.t === 'history') turnToPage(hands, question, view);
  else readMissing(hands, question, view);
};

/** What a history frame asks for, clamped; undefined when nothing can be in it. */
const pageRange = (question: History, { conv, since, last }: Standing): ReadRange | undefined => {
  const up = question.after !== undefined;
  const from = up ? Math.max((question.after ?? 0) + 1, since) : since;
  const to = question.before === undefined ? last : Math.min(question.before - 1, last);
  return from > to ? undefined : { conv, from, to, order: up ? 'up' : 'down', limit: question.limit };
};

/** A page from a moment on begins at the number that the store finds for it. */
const turnToPage = (hands: Hands, question: History, view: Standing): void => {
  const { kit, ctx } = hands;
  if (question.since === undefined) return readPage(hands, question, view);
  const finding = kit.ports.store.seqAt(view.conv, question.since);
  ctx.start(finding, (outcome) => ({ t: 'moment-found', question, view, outcome }));
};

/** Rights are looked at again when the page has come. */
export const momentFound = (hands: Hands, { question, view, outcome }: Extract<Own, { t: 'moment-found' }>): void => {
  if (!outcome.ok) return refuse(hands, question, outcome.fault);
  readPage(hands, { ...question, after: outcome.value - 1, since: undefined }, view);
};

const readPage = ({ kit, ctx }: Hands, question: History, view: Standing): void => {
  const range = pageRange(question, view);
  if (range === undefined) return sendPage(question, view, [], false);
  ctx.start(kit.ports.store.read(range), (outcome) => ({ t: 'page-read', question, outcome }));
};

const sendPage = (question: History, view: Standing, entries: readonly Entry[], more: boolean): void => {
  question.asker.reply.tell({ t: 'page', id: question.id, conv: view.conv, entries, more, last: view.last });
};

/** The page came: it ends at page.bytes as sent, with `more`. Rights are those of the read that began it. */
export const pageCame = (hands: Hands, question: History, outcome: Outcome<readonly Entry[]>): void => {
  const { kit, state } = hands;
  const { item } = state;
  const member = memberNow(state.roster, question.asker.user);
  if (!outcome.ok) return refuse(hands, question, outcome.fault);
  if (item === null || item === undefined || member === undefined) return refuse(hands, question, forbidden());
  const view = standing(hands, item, member);
  const range = pageRange(question, view);
  const page = withinBytes(outcome.value, kit.limits['page.bytes']);
  const end = page.at(-1)?.seq ?? 0;
  const more = range !== undefined && (range.order === 'up' ? end < range.to : end > range.from);
  sendPage(question, view, range?.order === 'down' ? page.reverse() : page, more);
};

/** The first entries whose frames fit into `bytes`; at least one. */
const withinBytes = (entries: readonly Entry[], bytes: number): Entry[] => {
  const page: Entry[] = [];
  let size = 0;
  for (const entry of entries) {
    size += Buffer.byteLength(JSON.stringify(entry));
    if (size > bytes && page.length > 0) break;
    page.push(entry);
  }
  return page;
};

const readMissing = (hands: Hands, question: Replay, view: Standing): void => {
  const { kit, state, ctx } = hands;
  const from = Math.max(question.from, view.since);
  const limit = Math.min(question.limit, kit.limits['read.batch']);
  if (from > view.last) return sendMissing(question, view, []);
  const key = `${from}:${limit}`;
  const sharing = state.reads.get(key);
  if (sharing !== undefined) {
    sharing.push(question);
    return;
  }
  state.reads.set(key, [question]);
  const range: ReadRange = { conv: state.conv, from, to: view.last, order: 'up', limit };
  ctx.start(kit.ports.store.read(range), (outcome) => ({ t: 'replay-read', key, outcome }));
};

const sendMissing = (question: Replay, view: Standing, entries: readonly SharedMessage[]): void => {
  const visible = entries.filter(({ frame }) => frame.seq >= view.since);
  question.asker.reply.tell({ t: 'replayed', from: question.from, standing: view, entries: visible });
};

/** Entries came for all sessions that asked for this range. */
export const missingCame = (hands: Hands, key: string, outcome: Outcome<readonly Entry[]>): void => {
  const { state } = hands;
  const waiting = state.reads.get(key) ?? [];
  state.reads.delete(key);
  const shared = outcome.ok ? outcome.value.map((entry) => sharedMessage(state.conv, entry)) : [];
  for (const question of waiting) {
    const member = memberNow(state.roster, question.asker.user);
    const { item } = state;
    if (!outcome.ok) refuse(hands, question, outcome.fault);
    else if (item === null || item === undefined || member === undefined) refuse(hands, question, forbidden());
    else sendMissing(question, standing(hands, item, member), shared);
  }
};

/** For questions that cannot even be asked: too many wait. */
export const overloaded = (): Fault =>
  fault('gateway.overloaded', 'this conversation has too much to do', 'none', 1_000);
