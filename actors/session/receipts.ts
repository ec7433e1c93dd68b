/**
 * How far others have got, as this connection is told: numbers only rise. Live news where the client reads what it is
 * sent; after `resumed`, and after a client that did not read, the newest positions from the port.
 */
import type { Conv, Seq, User } from '#contract/conversation';
import type { Outcome } from '#contract/effects';
import type { ReadFrame, TypingFrame } from '#contract/frames';
import type { Receipt } from '#contract/ports/bus';
import type { Reached } from '#contract/ports/receipts';
import { askerOf, tellConversation } from '#actors/session/answers';
import type { Hands, View } from '#actors/session/state';

type Kind = Receipt['kind'];

/** Whether the client takes what it did not ask for. */
export const takesNews = ({ kit, state, outlet }: Hands): boolean =>
  (state.machine.in('connected') || state.machine.in('slow')) &&
  outlet.bufferedBytes() < kit.limits['socket.pauseBytes'];

/** A person has read up to a number: other devices and authors hear of it from the conversation. */
export const readUpTo = (hands: Hands, { conv, seq }: ReadFrame): void => {
  const { state } = hands;
  const view = state.views.get(conv);
  const me = state.who?.user;
  if (view !== undefined && me !== undefined && seq <= view.last) rises(view, 'read', me, seq);
  if (tellConversation(hands, conv, { t: 'read', asker: askerOf(hands), seq }, { conv, of: 'read' }))
    state.readsOpen += 1;
};

/** For the authors of what was acknowledged. Best effort: the next one, or the next resume, says the same. */
export const tellDelivered = ({ kit, state }: Hands, conv: Conv, seq: Seq): void => {
  if (state.who !== undefined) kit.conversations.tell(conv, { t: 'delivered', user: state.who.user, seq });
};

export const typing = (hands: Hands, { conv }: TypingFrame): void => {
  tellConversation(hands, conv, { t: 'typing', asker: askerOf(hands) }, { conv, of: 'typing' });
};

/** Somebody types; two nodes may both say so. */
export const typesCame = (hands: Hands, conv: Conv, user: User): void => {
  const { kit, state, ctx, outlet } = hands;
  const view = state.views.get(conv);
  if (view === undefined || view.resumedFrom > 0 || !takesNews(hands)) return;
  const typed = (view.typed ??= new Map());
  for (const [one, at] of typed) if (ctx.now - at >= kit.limits['typing.everyMs']) typed.delete(one);
  if (typed.has(user)) return;
  typed.set(user, ctx.now);
  outlet.send({ t: 'typing', conv, user });
};

/** Whether this is more than the connection was told before. */
const rises = (view: View, kind: Kind, user: User, seq: Seq): boolean => {
  const told = (view.reached ??= new Map());
  const key = `${kind} ${user}`;
  if (seq < view.since || seq <= (told.get(key) ?? 0)) return false;
  told.set(key, seq);
  return true;
};

/** Live news. What this connection waits to be told after `resumed` comes then. */
export const receiptCame = (hands: Hands, { conv, kind, user, seq, origin }: Receipt): void => {
  const { state, outlet } = hands;
  const view = state.views.get(conv);
  if (view === undefined || view.resumedFrom > 0 || origin === outlet.connection) return;
  if (!takesNews(hands)) return positionsLater(hands, conv);
  if (rises(view, kind, user, seq)) outlet.send({ t: kind, conv, user, seq });
};

/** The newest positions of this conversation are due. */
export const positionsDue = ({ state, ctx }: Hands, conv: Conv): void => {
  state.positionsDue.add(conv);
  ctx.after('positions', 0, { t: 'positions-due' });
};

/** The client does not read now: looked at again when it may have. */
const positionsLater = ({ kit, state, ctx }: Hands, conv: Conv): void => {
  state.positionsDue.add(conv);
  ctx.after('positions', kit.limits['socket.pauseMs'], { t: 'positions-due' });
};

export const askPositions = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const [first] = state.positionsDue;
  if (first === undefined || state.askingPositions) return;
  if (!takesNews(hands)) {
    if (state.machine.in('connected') || state.machine.in('slow')) positionsLater(hands, first);
    return;
  }
  const convs = [...state.positionsDue].slice(0, kit.limits['read.batch']);
  for (const conv of convs) state.positionsDue.delete(conv);
  state.askingPositions = true;
  const asking = kit.ports.receipts.of(convs, kit.limits['receipts.members']);
  ctx.start(asking, (outcome) => ({ t: 'positions-came', convs, outcome }));
};

export const positionsCame = (
  hands: Hands,
  convs: readonly Conv[],
  outcome: Outcome<ReadonlyMap<Conv, ReadonlyMap<User, Reached>>>,
): void => {
  const { kit, state, ctx } = hands;
  state.askingPositions = false;
  if (outcome.ok) {
    for (const [conv, members] of outcome.value) showPositions(hands, conv, members);
  } else {
    for (const conv of convs) state.positionsDue.add(conv);
  }
  if (state.positionsDue.size > 0)
    ctx.after('positions', outcome.ok ? 0 : kit.limits['replay.retryMs'], { t: 'positions-due' });
};

const showPositions = (hands: Hands, conv: Conv, members: ReadonlyMap<User, Reached>): void => {
  const { state, outlet } = hands;
  const view = state.views.get(conv);
  const me = state.who?.user ?? '';
  if (view === undefined || view.resumedFrom > 0) return;
  if (!takesNews(hands)) return positionsLater(hands, conv);
  for (const [user, reached] of members) {
    if (user === me) continue;
    for (const kind of ['delivered', 'read'] as const)
      if (rises(view, kind, user, reached[kind])) outlet.send({ t: kind, conv, user, seq: reached[kind] });
  }
  // What a crash took back: this device holds more than is known of any.
  if (view.acked >= view.since && view.acked > (members.get(me)?.delivered ?? Infinity))
    tellDelivered(hands, conv, view.acked);
};
