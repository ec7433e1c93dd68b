/**
 * Whoever is behind reads from the store, one conversation at a time, as far as the window goes: the replay after
 * hello, gaps that stayed, sessions that were slow, conversations that nobody told this connection of. What the store
 * says wins.
 */
import type { Conv, Seq } from '#contract/conversation';
import type { FrameOf } from '#contract/frames';
import type { Standing, ToSession } from '#actors/messages';
import { askerOf } from '#actors/session/answers';
import { hasRoom, pass } from '#actors/session/pass';
import { positionsDue } from '#actors/session/receipts';
import { enter, mayStream, newView } from '#actors/session/state';
import type { Hands, View } from '#actors/session/state';
import { sharesChanged } from '#actors/session/watching';

/** From now on the conversation begins at `since` for this user; what has passed has passed. */
export const startFrom = ({ state }: Hands, view: View, since: Seq): void => {
  view.since = since;
  if (view.resumedFrom > 0) view.resumedFrom = Math.max(view.resumedFrom, since);
  if (view.next >= since) return;
  state.unacked -= view.sent.length;
  view.sent = [];
  view.next = since;
  view.acked = since - 1;
};

/** A send of this conversation was answered: the stream may go on. */
export const answered = (hands: Hands, conv: Conv): void => {
  if (hands.state.waiting.delete(conv)) behind(hands, conv);
};

/** The rest of this conversation comes from the store. Also for one that this connection has not heard of. */
export const behind = (hands: Hands, conv: Conv): void => {
  const { state, ctx } = hands;
  const view = state.views.get(conv);
  if (view !== undefined) {
    if (view.mode === 'gap') ctx.cancel(`gap ${conv}`);
    view.mode = 'behind';
    view.held = [];
  }
  state.catchUp.add(conv);
  pumpCatchUp(hands);
};

/** Reads for the next conversation that is behind; when none is left, the replay is over. */
export const pumpCatchUp = (hands: Hands): void => {
  const { kit, state, outlet } = hands;
  while (state.reading === undefined && mayStream(hands)) {
    const [conv] = state.catchUp;
    if (conv === undefined) break;
    const view = state.views.get(conv);
    if (view !== undefined && !view.unproven && upToDate(hands, view)) continue;
    const limit = kit.limits['window.unacked'] - state.unacked;
    const from = view?.next ?? 1;
    state.reading = conv;
    const refusal = kit.conversations.tell(conv, { t: 'replay', asker: askerOf(hands), from, limit });
    if (refusal !== undefined) readFailed(hands);
  }
  if (state.machine.in('connected.resuming') && state.catchUp.size + state.waiting.size === 0) {
    outlet.send({ t: 'ready' });
    state.machine.send({ type: 'READY' });
  }
};

/** Whether nothing is missing any more: then the conversation goes on live. */
const upToDate = (hands: Hands, view: View): boolean => {
  if (view.next <= view.last) return false;
  endReplay(hands, view);
  view.mode = 'live';
  hands.state.catchUp.delete(view.conv);
  return true;
};

/** The client that waits for `resumed` gets it, for what was replayed. */
const endReplay = (hands: Hands, view: View): void => {
  const { conv, since, resumedFrom, next } = view;
  if (resumedFrom > 0) sendResumed(hands, { conv, since, from: resumedFrom, to: next - 1, recovered: true });
  view.resumedFrom = 0;
};

/** How far the others have got is told after it. */
const sendResumed = (hands: Hands, resumed: Omit<FrameOf<'resumed'>, 't'>): void => {
  hands.outlet.send({ t: 'resumed', ...resumed });
  positionsDue(hands, resumed.conv);
};

/**
 * More is missing than is replayed: the gap is announced, live goes on above it. Only ever after a strong read, for the
 * client must not wait for numbers it may not see. A replay that was begun ends first, with what it has replayed.
 */
const announceGap = (hands: Hands, view: View): void => {
  const { conv, since, next, last } = view;
  if (view.resumedFrom < next) endReplay(hands, view);
  view.resumedFrom = 0;
  sendResumed(hands, { conv, since, from: next, to: last, recovered: false });
  view.next = last + 1;
  sharesChanged(hands);
};

/** The store could not be read: the same again a little later, and nothing else meanwhile (`reading` stays). */
const readFailed = ({ kit, ctx }: Hands): void =>
  ctx.after('read-again', kit.limits['replay.retryMs'], { t: 'read-again' });

export const readAgain = (hands: Hands): void => {
  hands.state.readingIsVoid = false;
  hands.state.reading = undefined;
  pumpCatchUp(hands);
};

export const replayFailed = (hands: Hands, message: Extract<ToSession, { t: 'replay-failed' }>): void => {
  const { state } = hands;
  if (state.reading !== message.conv) return;
  if (state.readingIsVoid) return readAgain(hands);
  if (message.fault.code !== 'conversation.forbidden') return readFailed(hands);
  state.reading = undefined;
  state.catchUp.delete(message.conv);
  if (!state.left.has(message.conv)) leave(hands, message.conv);
  pumpCatchUp(hands);
};

export const replayed = (hands: Hands, { standing, entries }: Extract<ToSession, { t: 'replayed' }>): void => {
  const { state } = hands;
  const { conv } = standing;
  if (state.reading !== conv) return;
  if (state.readingIsVoid) return readAgain(hands);
  state.reading = undefined;
  if (!state.catchUp.has(conv)) return pumpCatchUp(hands);
  const view = state.views.get(conv) ?? unseen(hands, standing);
  prove(hands, view, standing);
  if (view.last - view.next >= hands.kit.limits['replay.max']) announceGap(hands, view);
  for (const message of entries) if (message.frame.seq > view.next || pass(hands, view, message) !== 'passed') break;
  pumpCatchUp(hands);
};

const openedFrame = ({ conv, kind, members, title, since }: Standing): FrameOf<'opened'> => {
  const frame = { t: 'opened', conv, kind, members, since, seq: since - 1 } as const;
  return title === undefined ? frame : { ...frame, title };
};

/** A conversation that opened without this connection hearing of it. */
const unseen = (hands: Hands, standing: Standing): View => {
  const { state, outlet } = hands;
  const { conv, since, last } = standing;
  const cursor = state.positions?.cursors.get(conv) ?? 0;
  const view = newView(conv, since, Math.max(cursor + 1, since), last);
  view.mode = 'behind';
  enter(hands, view);
  outlet.send(openedFrame(standing));
  sharesChanged(hands);
  return view;
};

/** What the store says wins over what the index or the client said. */
const prove = (hands: Hands, view: View, standing: Standing): void => {
  const { conv, since, last } = standing;
  view.last = Math.max(view.unproven ? 0 : view.last, last);
  // They left and were added again, unheard. The client must know from where it counts before it can acknowledge what
  // comes: `opened`. No `removed`: it would forget numbers that it was told as `stored` since.
  if (view.next < since) hands.outlet.send(openedFrame(standing));
  startFrom(hands, view, since);
  if (view.unproven && view.next > view.last + 1) {
    sendResumed(hands, { conv, since, from: view.last + 1, to: view.last, recovered: false });
    view.next = view.last + 1;
    view.acked = Math.min(view.acked, view.last);
    view.resumedFrom = 0;
  }
  view.unproven = false;
};

/** The user is no longer in: `removed`, and the places of its messages are free. */
export const leave = (hands: Hands, conv: Conv, by?: Seq): void => {
  const { state, outlet, ctx } = hands;
  const view = state.views.get(conv);
  if (view?.mode === 'gap') ctx.cancel(`gap ${conv}`);
  state.unacked -= view?.sent.length ?? 0;
  state.views.delete(conv);
  state.catchUp.delete(conv);
  state.waiting.delete(conv);
  state.left.set(conv, { upTo: by ?? view?.last ?? 0, own: undefined });
  if (state.reading === conv) state.readingIsVoid = true;
  outlet.send({ t: 'removed', conv });
  state.positionsDue.delete(conv);
  sharesChanged(hands);
  windowMoved(hands);
  pumpCatchUp(hands);
};

/** Places were freed: a session that paused goes on, from the store. */
export const windowMoved = (hands: Hands): void => {
  const { state } = hands;
  if (!state.machine.in('slow') || !hasRoom(hands)) return;
  state.machine.send({ type: 'WINDOW_OPEN' });
  pumpCatchUp(hands);
};

/** Everything up to `seq` is held by the client. */
export const acknowledged = (hands: Hands, view: View, seq: Seq): void => {
  const { state } = hands;
  if (seq <= view.acked) return;
  view.acked = seq;
  let freed = 0;
  while (freed < view.sent.length && (view.sent[freed] as Seq) <= seq) freed += 1;
  if (freed > 0) view.sent.splice(0, freed);
  state.unacked -= freed;
  windowMoved(hands);
};
