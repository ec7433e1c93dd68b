/**
 * Acknowledgements: what a device holds. A number that the session does not know of is looked up before it is believed
 * or refused.
 */
import type { Conv, Seq } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault, Outcome } from '#contract/effects';
import type { AckFrame } from '#contract/frames';
import type { Standing } from '#actors/messages';
import { askerOf, sendError } from '#actors/session/answers';
import { tellDelivered } from '#actors/session/receipts';
import type { Hands } from '#actors/session/state';
import { acknowledged, behind, leave } from '#actors/session/catch-up';

export const ack = (hands: Hands, { conv, seq }: AckFrame): void => {
  const { state } = hands;
  if (state.left.has(conv)) return;
  const view = state.views.get(conv);
  if (view === undefined || view.unproven || seq > view.last) return lookUp(hands, conv, seq);
  if (seq > view.acked) {
    remember(hands, conv, seq);
    tellDelivered(hands, conv, seq);
  }
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
  tellDelivered(hands, conv, seq);
  if (view !== undefined) acknowledged(hands, view, seq);
};

export const standFailed = (hands: Hands, conv: Conv, why: Fault): void => {
  const { state } = hands;
  if (state.doubtful.delete(conv)) sendError(hands, why, { conv, of: 'ack' });
  if (why.code === 'conversation.forbidden' && state.views.has(conv)) leave(hands, conv);
};

/** Hands a position on; what is acknowledged while one save is under way goes together with the next. */
export const remember = (hands: Hands, conv: Conv, seq: Seq): void => {
  const { unsaved } = hands.state;
  unsaved.set(conv, Math.max(unsaved.get(conv) ?? 0, seq));
  save(hands);
};

const save = ({ kit, state, ctx }: Hands): void => {
  if (state.saving || state.who === undefined || state.unsaved.size === 0) return;
  const positions = state.unsaved;
  state.unsaved = new Map();
  state.saving = true;
  const { user, device } = state.who;
  ctx.start(kit.ports.positions.save(user, device, positions), (outcome) => ({ t: 'saved', positions, outcome }));
};

/** What could not be saved goes with the next acknowledgement, or at the end. */
export const saved = (hands: Hands, positions: ReadonlyMap<Conv, Seq>, outcome: Outcome<void>): void => {
  const { state } = hands;
  state.saving = false;
  if (outcome.ok) return save(hands);
  for (const [conv, seq] of positions) state.unsaved.set(conv, Math.max(state.unsaved.get(conv) ?? 0, seq));
};

/** The last chance of what is not saved yet. */
export const saveRest = (hands: Hands): void => {
  hands.state.saving = false;
  save(hands);
};
