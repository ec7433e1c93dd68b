/**
 * The request actor: one call over HTTP, from its claims to its one answer. It asks the conversation what a session
 * would ask, and is gone with the answer, or when its time is over.
 */
import type { ApiAnswer, ApiCall } from '#contract/api';
import type { Conv } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault, Outcome } from '#contract/effects';
import type { ErrorFrame } from '#contract/frames';
import type { InboxPage } from '#contract/inbox';
import type { Limits } from '#contract/limits';
import type { Ports } from '#contract/ports/ports';
import type { Ids } from '#contract/ports/system';
import type { Asker, StoredAnswer, ToConversation, ToSession } from '#actors/messages';
import { openingOf } from '#actors/opening';
import { errorFrame, historyFrame, inboxFrame, membersFrame, openedFrame } from '#actors/wire';
import type { Admission } from '#resilience/admission';
import type { Behaviour, Context } from '#runtime/types';

export interface RequestKit {
  readonly ports: Pick<Ports, 'inbox'>;
  readonly ids: Ids;
  readonly limits: Limits;
  readonly admission: Admission;
  readonly conversations: { tell(conv: Conv, message: ToConversation): Fault | undefined };
}

type Message =
  ToSession | { readonly t: 'inbox-came'; readonly outcome: Outcome<InboxPage> } | { readonly t: 'too-late' };

interface State {
  readonly asker: Asker;
  answered: boolean;
}

interface Hands {
  readonly kit: RequestKit;
  readonly call: ApiCall;
  readonly done: (answer: ApiAnswer) => void;
  readonly state: State;
  readonly ctx: Context<Message>;
}

/** The error that answers a call. */
export const refusedFrame = (limits: Limits, { frame }: ApiCall, why: Fault): ErrorFrame => {
  const id = frame.id === '' ? {} : { id: frame.id };
  const conv = 'conv' in frame ? { conv: frame.conv } : {};
  return errorFrame(limits, why, { ...id, ...conv, of: frame.t });
};

/** `done` is called exactly once. */
export const requestBehaviour = (
  kit: RequestKit,
  call: ApiCall,
  done: (answer: ApiAnswer) => void,
): Behaviour<State, Message> => ({
  kind: 'request',
  init: (ctx) => {
    // No connection has such a name: whoever is connected hears of what this request does.
    const asker: Asker = { user: call.user, device: null, connection: 'http', reply: ctx.self };
    const state: State = { asker, answered: false };
    ctx.after('too-late', kit.limits['http.answerMs'], { t: 'too-late' });
    begin({ kit, call, done, state, ctx });
    return state;
  },
  receive: (state, message, ctx) => {
    receive({ kit, call, done, state, ctx }, message);
    return state;
  },
  stopped: (state, reason, ctx) => {
    const why =
      reason.kind === 'failed'
        ? fault('gateway.internal', 'a fault of ours', 'unknown')
        : fault('store.unavailable', 'the server stopped', effectOf(call));
    refuse({ kit, call, done, state, ctx }, why);
  },
});

/** Whether what was asked for may have happened although nobody said so. */
const effectOf = ({ frame }: ApiCall): Fault['effect'] => {
  const writes = frame.t === 'members' ? frame.add.length + frame.remove.length > 0 : frame.t === 'send';
  return writes || frame.t === 'open' ? 'unknown' : 'none';
};

const answer = ({ done, state, ctx }: Hands, frame: ApiAnswer['frame'], isNew = false): void => {
  if (state.answered) return;
  state.answered = true;
  done({ frame, isNew });
  ctx.stop(ctx.self);
};

const refuse = (hands: Hands, why: Fault): void => {
  answer(hands, refusedFrame(hands.kit.limits, hands.call, why));
};

const begin = (hands: Hands): void => {
  const { kit, call, ctx } = hands;
  const { user, ip, frame } = call;
  const requests = kit.admission.request(user, ctx.now);
  const wait = requests > 0 || frame.t !== 'send' ? requests : kit.admission.send(user, ip, ctx.now);
  if (wait > 0) return refuse(hands, fault('gateway.rate_limited', 'too many of these a second', 'none', wait));
  ask(hands);
};

const ask = (hands: Hands): void => {
  const { kit, call, state, ctx } = hands;
  const { frame } = call;
  const { asker } = state;
  if (frame.t === 'inbox') {
    const asking = kit.ports.inbox.page(call.user, frame.limit, frame.page);
    return ctx.start(asking, (outcome) => ({ t: 'inbox-came', outcome }));
  }
  if (frame.t === 'open') {
    const opening = openingOf(kit, asker, frame);
    return 'code' in opening ? refuse(hands, opening) : tell(hands, opening.conv, opening.message);
  }
  const { conv } = frame;
  if (frame.t === 'send') {
    const { id, body, meta } = frame;
    return tell(hands, conv, { t: 'submit', asker, id, body, meta, at: ctx.now });
  }
  if (frame.t === 'members') {
    const { id, add, remove } = frame;
    const named = id === '' ? kit.ids.ulid(ctx.now, ctx.random) : id;
    return tell(hands, conv, { t: 'change', asker, id: named, add, remove });
  }
  const { id, after, before, since, limit } = frame;
  tell(hands, conv, { t: 'history', asker, id, after, before, since, limit });
};

const tell = (hands: Hands, conv: Conv, message: ToConversation): void => {
  const refusal = hands.kit.conversations.tell(conv, message);
  if (refusal !== undefined) refuse(hands, fault('gateway.overloaded', refusal.message, 'none', 1_000));
};

const receive = (hands: Hands, message: Message): void => {
  const { call } = hands;
  switch (message.t) {
    case 'stored':
      return message.answers.forEach((one) => stored(hands, message.conv, one));
    case 'queued':
      return message.ids.forEach((id) => answer(hands, { t: 'queued', id, conv: message.conv }));
    case 'opened':
      return answer(hands, openedFrame(call.frame.id, message.standing), message.created);
    case 'members-are':
      return answer(hands, membersFrame(call.frame.id, message.standing));
    case 'page':
      return answer(hands, historyFrame(message));
    case 'refused':
      return refuse(hands, message.fault);
    case 'inbox-came':
      if (!message.outcome.ok) return refuse(hands, message.outcome.fault);
      return answer(hands, inboxFrame(call.frame.id, message.outcome.value));
    case 'too-late':
      return refuse(hands, fault('store.unavailable', 'it took too long', effectOf(call)));
    default:
      return undefined;
  }
};

const stored = (hands: Hands, conv: Conv, { id, seq, mid, at, duplicate }: StoredAnswer): void =>
  answer(hands, { t: 'stored', id, conv, seq, mid, at }, !duplicate);
