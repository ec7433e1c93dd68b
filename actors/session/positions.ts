/**
 * Acknowledgements: what a device holds. Positions are handed on at most every few seconds; a crash may take those back,
 * never more. A number that the session does not know of is looked up before it is believed or refused.
 */
import type { Conv, Seq } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault, Outcome } from '#contract/effects';
import type { AckFrame } from '#contract/frames';
import type { Standing } from '#actors/messages';
import { askerOf, sendError } from '#actors/session/answers';
import type { Hands } from '#actors/session/state';
import { acknowledged, behind, leave } from '#actors/session/stream';

export const ack = (hands: Hands, { conv, seq }: AckFrame): void => {
  const { state } = hands;
  if (state.left.has(conv)) return;
  const view = state.views.get(conv);
  if (view === undefined || view.unproven || seq > view.last) return lookUp(hands, conv, seq);
  if (seq > view.acked) remember(hands, conv, seq);
  acknowledged(hands, view, seq);
};

const lookUp = (hands: Hands, conv: Conv, seq: Seq): void => {
  const { doubtful } = hands.state;
  const asked = doubtful.has(conv);
  doubtful.set(conv, Math.max(doubtful.get(conv) ?? 0, seq));
  if (!asked) askStanding(hands, conv);
};

/** Asks where a conversation stands, in the store's own words. */
export const askStanding = (hands: Hands, conv: Conv): void => {
  const refusal = hands.kit.conversations.tell(conv, { t: 'stand', asker: askerOf(hands) });
  if (refusal !== undefined) hands.state.doubtful.delete(conv);
};

export const stands = (hands: Hands, { conv, last }: Standing): void => {
  const { state } = hands;
  const view = state.views.get(conv);
  const seq = state.doubtful.get(conv);
  state.doubtful.delete(conv);
  if (view !== undefined) view.last = Math.max(view.last, last);
  else behind(hands, conv);
  if (seq === undefined) return;
  if (seq > last)
    return sendError(hands, fault('conversation.bad_seq', `the last number is ${last}`), { conv, of: 'ack' });
  remember(hands, conv, seq);
  if (view !== undefined) acknowledged(hands, view, seq);
};

export const standFailed = (hands: Hands, conv: Conv, why: Fault): void => {
  const { state } = hands;
  if (state.doubtful.delete(conv)) sendError(hands, why, { conv, of: 'ack' });
  if (why.code === 'conversation.forbidden' && state.views.has(conv)) leave(hands, conv);
};

/** Notes a position for the next flush. */
export const remember = ({ kit, state, ctx }: Hands, conv: Conv, seq: Seq): void => {
  if (state.unsaved.size === 0) ctx.after('flush', kit.limits['positions.flushMs'], { t: 'flush' });
  state.unsaved.set(conv, Math.max(state.unsaved.get(conv) ?? 0, seq));
};

export const flush = ({ kit, state, ctx }: Hands): void => {
  if (state.who === undefined || state.unsaved.size === 0) return;
  const positions = state.unsaved;
  state.unsaved = new Map();
  ctx.cancel('flush');
  const { user, device } = state.who;
  ctx.start(kit.ports.positions.save(user, device, positions), (outcome) => ({ t: 'saved', positions, outcome }));
};

/** What could not be saved goes with the next flush. */
export const saved = (hands: Hands, positions: ReadonlyMap<Conv, Seq>, outcome: Outcome<void>): void => {
  if (outcome.ok) return;
  for (const [conv, seq] of positions) remember(hands, conv, seq);
};
