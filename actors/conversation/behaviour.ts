/**
 * The conversation actor: one per node and conversation, on demand. It numbers by conditional append, reads for those
 * who may, and fans out what was stored. Any node may do all of this at once: the store decides.
 */
import type { Conv, User } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import { addedCame, appendCame, giveUp, pauseAppend, pump, retryAppend } from '#actors/conversation/append';
import { queuedCame } from '#actors/conversation/buffering';
import { batchesFailed, takeBatch } from '#actors/conversation/draining';
import { armMark, fannedCame, fanReadCame, mark, markedCame, pumpFan, wantFanOut } from '#actors/conversation/fanout';
import { foundedCame, found, foundersCame } from '#actors/conversation/founding';
import { refuseJob } from '#actors/conversation/grouping';
import {
  itemCame,
  membersCame,
  missingCame,
  momentFound,
  overloaded,
  pageCame,
  refresh,
  refuse,
} from '#actors/conversation/reading';
import {
  authorsCame,
  collectedCame,
  delivered,
  isQuiet,
  noReceipts,
  readCame,
  receiptsDue,
  wrote,
  wroteCame,
} from '#actors/conversation/receipts';
import { memberNow, noRoster } from '#actors/conversation/roster';
import type {
  ConversationKit,
  ConversationState,
  Ctx,
  Group,
  Hands,
  Job,
  Message,
  Own,
  Question,
} from '#actors/conversation/state';
import { endTurn, lingerTurn, shareTurns, turnCame } from '#actors/conversation/turns';
import type { Change, Submit } from '#actors/messages';
import { conversationMachine } from '#machines/conversation';
import type { ConversationEmitted } from '#machines/conversation';
import { machineActor } from '#runtime/machine-actor';
import type { Behaviour } from '#runtime/types';

type ReceiptNews = Extract<Own, { t: 'read-raised' | 'wrote' | 'collected' | 'authors-read' | 'receipts' }>;

export const conversationBehaviour = (conv: Conv, kit: ConversationKit): Behaviour<ConversationState, Message> => ({
  kind: 'conversation',
  init: (ctx) => ({
    conv,
    machine: lifeOf(kit, ctx),
    item: undefined,
    roster: noRoster,
    held: [],
    batches: [],
    inFlight: undefined,
    pausing: false,
    turnEndsAt: 0,
    hasWaited: false,
    refreshing: false,
    questions: [],
    asked: [],
    reads: new Map(),
    fan: { doneTo: -1, goal: -1, busy: false, marking: false, sweep: false, entries: new Map(), origin: null },
    receipts: noReceipts(),
  }),
  receive: (state, message, ctx) => {
    receive({ kit, state, ctx }, message);
    return state;
  },
  stopped: (state, _reason, ctx) => answerHeld({ kit, state, ctx }),
  mayPassivate: ({ held, batches, inFlight, fan, item, receipts }) =>
    isQuiet(receipts) &&
    held.length + batches.length === 0 &&
    inFlight === undefined &&
    !fan.busy &&
    fan.doneTo === (item?.fannedTo ?? -1),
});

/** Only the waits matter outside of the machine: whoever loses an append pauses at random, longer with every loss. */
const lifeOf = (kit: ConversationKit, ctx: Ctx): ConversationState['machine'] =>
  machineActor(ctx, conversationMachine, undefined, (emitted: ConversationEmitted) => {
    if (emitted.type === 'wait') pauseAppend(kit, ctx, emitted.losses);
  });

const receive = (hands: Hands, message: Message): void => {
  switch (message.t) {
    case 'submit':
      return hold(hands, message);
    case 'change':
      return message.add.length + message.remove.length === 0 ? ask(hands, message) : hold(hands, message);
    case 'history':
    case 'replay':
    case 'stand':
    case 'read':
    case 'typing':
      return ask(hands, message);
    case 'open':
      return found(hands, message);
    case 'delivered':
      return delivered(hands, message.user, message.seq);
    case 'drain':
      takeBatch(hands, message);
      return pump(hands);
    case 'contended':
      return shareTurns(hands);
    case 'sweep':
      hands.state.fan.sweep = true;
      return refresh(hands);
    default:
      return receiveOwn(hands, message);
  }
};

const receiveOwn = (hands: Hands, message: Own): void => {
  switch (message.t) {
    case 'item':
      return afterRead(hands, itemCame(hands, message.outcome));
    case 'members':
      return afterRead(hands, membersCame(hands, message.outcome));
    case 'founders':
      return foundersCame(hands, message);
    case 'created':
      return founded(hands, message);
    case 'added':
      return addedCame(hands, message);
    case 'appended':
      return appended(hands, message);
    case 'queued':
      return queued(hands, message);
    case 'turn':
      return goOn(hands, turnCame(hands, message));
    case 'moment-found':
      return momentFound(hands, message);
    case 'page-read':
      return pageCame(hands, message.question, message.outcome);
    case 'replay-read':
      return missingCame(hands, message.key, message.outcome);
    case 'fan-read':
      if (message.outcome.ok) wrote(hands, message.outcome.value, new Map());
      return fanReadCame(hands, message.outcome);
    case 'fanned':
      return fannedCame(hands, message.to, message.outcome);
    case 'marked':
      return markedCame(hands, message.outcome);
    case 'read-raised':
    case 'wrote':
    case 'collected':
    case 'authors-read':
    case 'receipts':
      return receiveReceipts(hands, message);
    case 'done':
      return undefined;
    case 'retry-append':
      return retryAppend(hands);
    case 'retry-fan':
      return pumpFan(hands);
    case 'end-turn':
      return endTurn(hands);
    case 'mark':
      return mark(hands);
  }
};

const goOn = (hands: Hands, how: ReturnType<typeof turnCame>): void => {
  if (how === 'append') pump(hands);
  else if (how === 'look') refresh(hands);
};

const receiveReceipts = (hands: Hands, message: ReceiptNews): void => {
  switch (message.t) {
    case 'read-raised':
      return readCame(hands, message);
    case 'wrote':
      wroteCame(hands, message);
      return armMark(hands);
    case 'collected':
      collectedCame(hands, message);
      return armMark(hands);
    case 'authors-read':
      return authorsCame(hands, message.outcome);
    case 'receipts':
      return receiptsDue(hands);
  }
};

const founded = (hands: Hands, message: Extract<Own, { t: 'created' }>): void => {
  const question = foundedCame(hands, message);
  if (question !== undefined) ask(hands, question);
};

const hold = (hands: Hands, work: Submit | Change): void => {
  const { state, ctx, kit } = hands;
  const job: Job = { work, cause: ctx.cause, checked: false, doubtful: false, parts: 0, full: undefined };
  if (state.held.length >= kit.limits['conversation.held']) return refuseJob(hands, job, overloaded());
  state.held.push(job);
  pump(hands);
};

const ask = (hands: Hands, question: Question): void => {
  const { state, kit } = hands;
  if (state.questions.length >= kit.limits['conversation.held']) return refuse(hands, question, overloaded());
  state.questions.push(question);
  refresh(hands);
};

/** A strong read is over: what waited for it can go on, and what came meanwhile gets a read of its own. */
const afterRead = (hands: Hands, result: ReturnType<typeof itemCame>): void => {
  const { state } = hands;
  if (result === 'more') return;
  if (result === 'over') {
    if (state.fan.sweep) wantFanOut(hands, state.item?.lastSeq ?? -1);
    state.fan.sweep = false;
    pumpFan(hands);
    pump(hands);
  } else unread(hands, result);
  if (state.questions.length > 0) refresh(hands);
  // Whoever asks for conversations that do not exist must not fill the memory with them.
  else if (state.item === null) hands.ctx.passivate();
};

/** A strong read failed: who has not been known to be a member is refused, for the others the list at hand decides. */
const unread = (hands: Hands, why: Fault): void => {
  const { state } = hands;
  const isKnown = state.item !== null && state.item?.memVersion === state.roster.version;
  const stays = ({ work }: Job): boolean => isKnown && memberNow(state.roster, work.asker.user) !== undefined;
  const held = state.held.splice(0);
  for (const job of held) if (!stays(job)) refuseJob(hands, job, why);
  state.held.push(...held.filter(stays));
  if (!isKnown) batchesFailed(hands);
  pump(hands);
};

const queued = (hands: Hands, message: Extract<Own, { t: 'queued' }>): void => {
  const why = queuedCame(hands, message);
  if (why !== undefined) giveUp(hands, message.group, why);
  pump(hands);
};

const appended = (hands: Hands, { group, outcome }: Extract<Message, { t: 'appended' }>): void => {
  const { state, kit } = hands;
  const entries = appendCame(hands, group, outcome);
  for (const entry of entries)
    if (state.fan.entries.size < kit.limits['fanout.held']) state.fan.entries.set(entry.seq, entry);
  wrote(hands, entries, originsOf(group));
  pump(hands);
  if (state.inFlight === undefined && !state.pausing) lingerTurn(hands);
  const last = entries.at(-1);
  if (last !== undefined) wantFanOut(hands, last.seq);
};

/** The connections that the entries of a group came by. */
const originsOf = ({ jobs }: Group): ReadonlyMap<User, string> =>
  new Map(jobs.map(({ job: { work } }) => [work.asker.user, work.asker.connection]));

/** Last words: whatever is held gets an answer that says what may have happened. */
const answerHeld = (hands: Hands): void => {
  const { state } = hands;
  const unavailable = (effect: 'none' | 'unknown') =>
    fault('store.unavailable', 'the conversation stopped', effect, 1_000);
  for (const { job } of state.inFlight?.jobs ?? []) refuseJob(hands, job, unavailable('unknown'));
  for (const job of state.held) refuseJob(hands, job, unavailable('none'));
  batchesFailed(hands);
  for (const question of [...state.asked, ...state.questions]) refuse(hands, question, unavailable('none'));
  for (const waiting of state.reads.values())
    for (const question of waiting) refuse(hands, question, unavailable('none'));
  state.machine.stop();
};
