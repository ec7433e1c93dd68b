/**
 * The live stream: notices pass straight through, in order, each number once. A gap is held for a moment; then, or when
 * the window is full, the conversation falls behind and goes on from the store (catch-up.ts).
 */
import type { Conv, Seq } from '#contract/conversation';
import type { Notice } from '#contract/ports/bus';
import type { SharedMessage } from '#contract/ports/outlet';
import { behind, leave, startFrom } from '#actors/session/catch-up';
import { pass } from '#actors/session/pass';
import { enter, newView } from '#actors/session/state';
import type { Hands, View } from '#actors/session/state';
import { sharesChanged } from '#actors/session/watching';

/** What the members hear, seen from this connection. */
export const noticeCame = (hands: Hands, notice: Notice, messages: readonly SharedMessage[]): void => {
  const { state } = hands;
  const { conv } = notice;
  if (state.who === undefined) return;
  if (state.machine.in('authenticating')) {
    state.early.set(conv, Math.max(state.early.get(conv) ?? 0, notice.to));
    return;
  }
  if (notice.to <= (state.left.get(conv)?.upTo ?? -1)) return;
  if (notice.removed.includes(state.who.user)) return removedBy(hands, conv, notice.to);
  if (notice.added.includes(state.who.user)) opens(hands, notice);
  const view = state.views.get(conv);
  if (view === undefined) return behind(hands, conv);
  view.last = Math.max(view.last, notice.to);
  stream(hands, view, messages);
};

/** An entry removed the user. Late news when it is from before the user joined (again); the store says which it is. */
const removedBy = (hands: Hands, conv: Conv, seq: Seq): void => {
  const { state } = hands;
  const view = state.views.get(conv);
  if (state.left.has(conv) || (view !== undefined && view.since > seq)) return;
  const backAgain = [...(view?.own ?? [])].some((stored) => stored > seq);
  if (backAgain) behind(hands, conv);
  else leave(hands, conv, seq);
};

/** The conversation opens for this user: `opened` ahead of the entry that added them. */
const opens = (hands: Hands, notice: Notice): void => {
  const { state, outlet } = hands;
  const { conv, kind, members, title, from, to } = notice;
  const since = to === 0 ? 1 : from;
  const known = state.views.get(conv);
  if ((known !== undefined && known.since >= since) || notice.origin === outlet.connection) return;
  if (known === undefined) enter(hands, newView(conv, since, since, since - 1));
  else startFrom(hands, known, since);
  sharesChanged(hands);
  const frame = { t: 'opened', conv, kind, members, since, seq: since - 1 } as const;
  outlet.send(title === undefined ? frame : { ...frame, title });
};

const stream = (hands: Hands, view: View, messages: readonly SharedMessage[]): void => {
  if (view.mode === 'behind') return;
  for (const message of messages) {
    if (message.frame.seq > view.next) {
      if (!holdBack(hands, view, message)) return behind(hands, view.conv);
    } else if (!goesOut(hands, view, message)) return;
    for (let next = view.held[0]; next !== undefined && next.frame.seq <= view.next; next = view.held[0]) {
      view.held.shift();
      if (!goesOut(hands, view, next)) return;
    }
  }
  if (view.mode === 'gap' && view.next > view.last) {
    view.mode = 'live';
    hands.ctx.cancel(`gap ${view.conv}`);
  }
};

const goesOut = (hands: Hands, view: View, message: SharedMessage): boolean => {
  const passage = pass(hands, view, message);
  if (passage === 'full') behind(hands, view.conv);
  return passage === 'passed';
};

/** Keeps a message that came before its time, and waits for the missing one. False: too many are held. */
const holdBack = (hands: Hands, view: View, message: SharedMessage): boolean => {
  if (view.held.length >= hands.kit.limits['gap.held']) return false;
  const after = view.held.findIndex(({ frame }) => frame.seq >= message.frame.seq);
  if (after === -1) view.held.push(message);
  else if (view.held[after]?.frame.seq !== message.frame.seq) view.held.splice(after, 0, message);
  waitForGap(hands, view);
  return true;
};

export const waitForGap = ({ kit, ctx }: Hands, view: View): void => {
  if (view.mode !== 'live') return;
  view.mode = 'gap';
  ctx.after(`gap ${view.conv}`, kit.limits['gap.holdMs'], { t: 'gap', conv: view.conv });
};

/** The moment is over: what is missing comes from the store. */
export const gapStays = (hands: Hands, conv: Conv): void => {
  if (hands.state.views.get(conv)?.mode === 'gap') behind(hands, conv);
};
