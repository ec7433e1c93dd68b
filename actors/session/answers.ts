/** Requests and their answers: what a client asked for, told to the conversation; what came back, as frames. */
import type { Conv } from '#contract/conversation';
import { fault } from '#contract/effects';
import { closeCodes } from '#contract/errors';
import type { Fault, Outcome } from '#contract/effects';
import type { ErrorFrame, FrameOf, HistoryFrame, MembersFrame, OpenFrame, SendFrame } from '#contract/frames';
import type { StoredNumber } from '#contract/ports/pending';
import type { Asker, Standing, StoredAnswer, ToConversation, ToSession } from '#actors/messages';
import { openingOf } from '#actors/opening';
import { lookUpLater, lookUpOwed, owe, pendingKey } from '#actors/session/owing';
import { closeConnection, enter, newView, ownStored } from '#actors/session/state';
import type { Hands } from '#actors/session/state';
import { errorFrame, historyFrame, membersFrame, openedFrame } from '#actors/wire';

/** The same for all requests of a session: one object, made at the first. */
export const askerOf = ({ state, ctx, outlet }: Hands): Asker =>
  (state.asker ??= {
    user: state.who?.user ?? '',
    device: state.who?.device ?? null,
    connection: outlet.connection,
    reply: ctx.self,
  });

export const sendError = ({ kit, outlet }: Hands, why: Fault, about: Pick<ErrorFrame, 'id' | 'conv' | 'of'>): void =>
  outlet.send(errorFrame(kit.limits, why, about));

/** Told, or refused at once. */
export const tellConversation = (
  hands: Hands,
  conv: Conv,
  message: ToConversation,
  about: Pick<ErrorFrame, 'id' | 'conv' | 'of'>,
): boolean => {
  const refusal = hands.kit.conversations.tell(conv, message);
  if (refusal !== undefined) sendError(hands, fault('gateway.overloaded', refusal.message, 'none', 1_000), about);
  return refusal === undefined;
};

/** Whether a send is within its rates; whoever insists for long is closed. */
const isAdmitted = (hands: Hands, about: Pick<ErrorFrame, 'id' | 'conv' | 'of'>): boolean => {
  const { kit, state, ctx, outlet } = hands;
  const retryAfterMs = kit.admission.send(state.who?.user ?? '', outlet.ip, ctx.now);
  if (retryAfterMs === 0) return true;
  sendError(hands, fault('gateway.rate_limited', 'too many sends a second', 'none', retryAfterMs), about);
  if (state.insistence.refused(ctx.now) >= kit.limits['frames.overMs'])
    closeConnection(hands, closeCodes.overloaded, 'too many sends a second');
  return false;
};

export const send = (hands: Hands, { id, conv, body, meta }: SendFrame): void => {
  const { kit, state, ctx } = hands;
  const about = { id, conv, of: 'send' };
  if (!isAdmitted(hands, about)) return;
  if (state.pendingCount >= kit.limits['inFlight.sends'])
    return sendError(hands, fault('gateway.rate_limited', 'too many sends in flight', 'none', 100), about);
  if (!tellConversation(hands, conv, { t: 'submit', asker: askerOf(hands), id, body, meta, at: ctx.now }, about))
    return;
  const key = pendingKey(conv, id);
  state.pending.set(key, (state.pending.get(key) ?? 0) + 1);
  state.pendingCount += 1;
};

/** Takes a send off the list of those in flight; false when it was not on it. */
const settle = ({ state }: Hands, conv: Conv, id: string): boolean => {
  const key = pendingKey(conv, id);
  const times = state.pending.get(key);
  if (times === undefined) return false;
  if (times === 1) state.pending.delete(key);
  else state.pending.set(key, times - 1);
  state.pendingCount -= 1;
  return true;
};

type Told = Omit<StoredAnswer, 'duplicate'>;

/** What becomes of a number of one's own in the stream: `message`, already `answered`, or `wait` for its answer. */
export type OwnPassage = 'message' | 'answered' | 'wait';

/**
 * A number of one's own comes up in the stream before its answer: a send of this connection gets `stored`, in its turn.
 * One that was queued, or refused as `unknown`, is answered now: the stream knows better than whoever gave up.
 */
export const passOwn = (hands: Hands, conv: Conv, answer: Told): OwnPassage => {
  const { state } = hands;
  const key = pendingKey(conv, answer.id);
  if (state.pending.has(key)) {
    if (firstPending(hands, conv) !== key) return 'wait';
    settle(hands, conv, answer.id);
  } else if (!state.owed.delete(key)) return 'message';
  answerStored(hands, conv, answer);
  return 'answered';
};

const firstPending = ({ state }: Hands, conv: Conv): string | undefined => {
  for (const key of state.pending.keys()) if (key.endsWith(` ${conv}`)) return key;
  return undefined;
};

export const storedFrame = (conv: Conv, { id, seq, mid, at }: Told): FrameOf<'stored'> => ({
  ...{ t: 'stored', id, conv, seq, mid, at },
});

const answerStored = (hands: Hands, conv: Conv, told: Told): void => {
  ownStored(hands, conv, told.seq);
  hands.outlet.send(storedFrame(conv, told));
};

export const stored = (hands: Hands, conv: Conv, answers: readonly StoredAnswer[]): void => {
  for (const answer of answers) if (settle(hands, conv, answer.id)) answerStored(hands, conv, answer);
};

/** Durable, not numbered yet: `stored` follows when its number passes. */
export const queued = (hands: Hands, { conv, ids }: Extract<ToSession, { t: 'queued' }>): void => {
  for (const id of ids) {
    if (!settle(hands, conv, id)) continue;
    owe(hands, conv, id);
    lookUpLater(hands, conv, id);
    hands.outlet.send({ t: 'queued', id, conv });
  }
};

/** What was looked up of what is owed. */
export const owedCame = (hands: Hands, conv: Conv, outcome: Outcome<ReadonlyMap<string, StoredNumber>>): void => {
  if (!outcome.ok) return;
  for (const [id, numbered] of outcome.value)
    if (hands.state.owed.delete(pendingKey(conv, id))) answerStored(hands, conv, { id, ...numbered });
  if (outcome.value.size > 0) lookUpOwed(hands);
};

export const refused = (hands: Hands, { conv, of, id, fault: why }: Extract<ToSession, { t: 'refused' }>): void => {
  if (id === null) return sendError(hands, why, { conv, of });
  if (of !== 'send') return sendError(hands, why, of === 'open' ? { id, of } : { id, conv, of });
  if (!settle(hands, conv, id)) return;
  if (why.effect === 'unknown') owe(hands, conv, id);
  sendError(hands, why, { id, conv, of });
};

/** False: it was refused at once. */
export const open = (hands: Hands, frame: OpenFrame): boolean => {
  const about = { id: frame.id, of: 'open' };
  const opening = openingOf(hands.kit, askerOf(hands), frame);
  if (!('code' in opening)) return tellConversation(hands, opening.conv, opening.message, about);
  sendError(hands, opening, about);
  return false;
};

export const opened = (hands: Hands, id: string, standing: Standing): void => {
  const { state, outlet } = hands;
  const { conv, since, last } = standing;
  if (!state.views.has(conv)) {
    const cursor = state.positions?.cursors.get(conv) ?? 0;
    enter(hands, newView(conv, since, Math.max(cursor + 1, since), last));
  }
  outlet.send(openedFrame(id, standing));
};

export const members = (hands: Hands, { id, conv, add, remove }: MembersFrame): void => {
  const about = { id, conv, of: 'members' };
  tellConversation(hands, conv, { t: 'change', asker: askerOf(hands), id, add, remove }, about);
};

export const membersAre = ({ outlet }: Hands, id: string, standing: Standing): void =>
  outlet.send(membersFrame(id, standing));

/** False: it was refused at once. */
export const history = (hands: Hands, { id, conv, after, before, limit }: HistoryFrame): boolean => {
  const about = { id, conv, of: 'history' };
  const bounds = { after, before, since: undefined, limit };
  return tellConversation(hands, conv, { t: 'history', asker: askerOf(hands), id, ...bounds }, about);
};

export const page = (hands: Hands, answer: Extract<ToSession, { t: 'page' }>): void => {
  const { state, outlet } = hands;
  const view = state.views.get(answer.conv);
  if (view !== undefined) view.last = Math.max(view.last, answer.last);
  outlet.send(historyFrame(answer));
};
