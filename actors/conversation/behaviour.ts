/**
 * The conversation actor: one per node and conversation, on demand. It numbers by conditional append, reads for those
 * who may, and fans out what was stored. Any node may do all of this at once: the store decides.
 */
import type { Conv } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { ConversationItem } from '#contract/conversation';
import { appendCame, pauseAppend, pump, refuseJob, retryAppend } from '#actors/conversation/append';
import { fannedCame, fanReadCame, mark, markedCame, pumpFan, wantFanOut } from '#actors/conversation/fanout';
import {
  adopt,
  itemCame,
  membersCame,
  missingCame,
  overloaded,
  pageCame,
  refresh,
  refuse,
} from '#actors/conversation/reading';
import type {
  ConversationKit,
  ConversationState,
  Ctx,
  Hands,
  Job,
  Message,
  Own,
  Question,
} from '#actors/conversation/state';
import type { Change, Open, Submit } from '#actors/messages';
import { conversationMachine } from '#machines/conversation';
import type { ConversationEmitted } from '#machines/conversation';
import { machineActor } from '#runtime/machine-actor';
import type { Behaviour } from '#runtime/types';

export const conversationBehaviour = (conv: Conv, kit: ConversationKit): Behaviour<ConversationState, Message> => ({
  kind: 'conversation',
  init: (ctx) => ({
    conv,
    machine: lifeOf(kit, ctx),
    item: undefined,
    roster: { version: -1, byUser: new Map() },
    held: [],
    inFlight: undefined,
    pausing: false,
    refreshing: false,
    questions: [],
    asked: [],
    reads: new Map(),
    fan: { doneTo: -1, goal: -1, busy: false, marking: false, sweep: false, entries: new Map(), origin: null },
  }),
  receive: (state, message, ctx) => {
    receive({ kit, state, ctx }, message);
    return state;
  },
  stopped: (state, _reason, ctx) => answerHeld({ kit, state, ctx }),
  mayPassivate: ({ held, inFlight, fan, item }) =>
    held.length === 0 && inFlight === undefined && !fan.busy && fan.doneTo === (item?.fannedTo ?? -1),
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
      return ask(hands, message);
    case 'open':
      return create(hands, message);
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
    case 'created':
      return created(hands, message.open, message.outcome);
    case 'appended':
      return appended(hands, message);
    case 'page-read':
      return pageCame(hands, message.question, message.outcome);
    case 'replay-read':
      return missingCame(hands, message.key, message.outcome);
    case 'fan-read':
      return fanReadCame(hands, message.outcome);
    case 'fanned':
      return fannedCame(hands, message.to, message.outcome);
    case 'marked':
      return markedCame(hands, message.outcome);
    case 'retry-append':
      return retryAppend(hands);
    case 'retry-fan':
      return pumpFan(hands);
    case 'mark':
      return mark(hands);
  }
};

const hold = (hands: Hands, work: Submit | Change): void => {
  const { state, ctx, kit } = hands;
  const job: Job = { work, cause: ctx.cause, checked: false, doubtful: false, parts: 0 };
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

const create = ({ kit, state, ctx }: Hands, open: Open): void => {
  const { kind, founders, title, asker } = open;
  const given = { conv: state.conv, kind, creator: asker.user, founders, now: ctx.now };
  const conversation = title === undefined ? given : { ...given, title };
  ctx.start(kit.ports.store.create(conversation), (outcome) => ({ t: 'created', open, outcome }));
};

const created = (hands: Hands, open: Open, outcome: Outcome<{ created: boolean; item: ConversationItem }>): void => {
  const { state } = hands;
  const question: Question = { t: 'opening', open };
  if (!outcome.ok) return refuse(hands, question, outcome.fault);
  adopt(hands, outcome.value.item);
  if (outcome.value.created) {
    state.fan.origin = open.asker.connection;
    state.fan.goal = Math.max(state.fan.goal, 0);
  }
  ask(hands, question);
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
  } else for (const job of state.held.splice(0)) refuseJob(hands, job, result);
  if (state.questions.length > 0) refresh(hands);
  // Whoever asks for conversations that do not exist must not fill the memory with them.
  else if (state.item === null) hands.ctx.passivate();
};

const appended = (hands: Hands, { group, outcome }: Extract<Message, { t: 'appended' }>): void => {
  const { state, kit } = hands;
  const entries = appendCame(hands, group, outcome);
  for (const entry of entries)
    if (state.fan.entries.size < kit.limits['fanout.held']) state.fan.entries.set(entry.seq, entry);
  pump(hands);
  const last = entries.at(-1);
  if (last !== undefined) wantFanOut(hands, last.seq);
};

/** Last words: whatever is held gets an answer that says what may have happened. */
const answerHeld = (hands: Hands): void => {
  const { state } = hands;
  const unavailable = (effect: 'none' | 'unknown') =>
    fault('store.unavailable', 'the conversation stopped', effect, 1_000);
  for (const { job } of state.inFlight?.jobs ?? []) refuseJob(hands, job, unavailable('unknown'));
  for (const job of state.held) refuseJob(hands, job, unavailable('none'));
  for (const question of [...state.asked, ...state.questions]) refuse(hands, question, unavailable('none'));
  for (const waiting of state.reads.values())
    for (const question of waiting) refuse(hands, question, unavailable('none'));
  state.machine.stop();
};
