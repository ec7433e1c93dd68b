/**
 * What goes out as `message`: in order, each number once, within the window. Live notices pass straight through; a gap
 * is held for a moment; whoever is behind reads from the store, one conversation at a time.
 */
import type { Conv, Seq } from '#contract/conversation';
import type { FrameOf } from '#contract/frames';
import type { Notice } from '#contract/ports/bus';
import type { SharedMessage } from '#contract/ports/outlet';
import type { Standing, ToSession } from '#actors/messages';
import { askerOf, passOwn } from '#actors/session/answers';
import { enter, mayStream, newView } from '#actors/session/state';
import type { Hands, View } from '#actors/session/state';

/** What the members hear, seen from this connection. */
export const noticeCame = (hands: Hands, notice: Notice, messages: readonly SharedMessage[]): void => {
  const { state } = hands;
  const { conv } = notice;
  if (state.who === undefined) return;
  if (state.machine.in('authenticating')) {
    state.early.set(conv, Math.max(state.early.get(conv) ?? 0, notice.to));
    return;
  }
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
  else leave(hands, conv);
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
  const frame = { t: 'opened', conv, kind, members, since, seq: since - 1 } as const;
  outlet.send(title === undefined ? frame : { ...frame, title });
};

/** From now on the conversation begins at `since` for this user; what has passed has passed. */
const startFrom = ({ state }: Hands, view: View, since: Seq): void => {
  view.since = since;
  if (view.resumedFrom > 0) view.resumedFrom = Math.max(view.resumedFrom, since);
  if (view.next >= since) return;
  state.unacked -= view.sent.length;
  view.sent = [];
  view.next = since;
  view.acked = since - 1;
};

const stream = (hands: Hands, view: View, messages: readonly SharedMessage[]): void => {
  if (view.mode === 'behind') return;
  for (const message of messages) {
    if (message.frame.seq > view.next) {
      if (!holdBack(hands, view, message)) return behind(hands, view.conv);
    } else if (!pass(hands, view, message)) return;
    for (let next = view.held[0]; next !== undefined && next.frame.seq <= view.next; next = view.held[0]) {
      view.held.shift();
      if (!pass(hands, view, next)) return;
    }
  }
  if (view.mode === 'gap' && view.next > view.last) {
    view.mode = 'live';
    hands.ctx.cancel(`gap ${view.conv}`);
  }
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

/** The next number goes out, unless this connection has it as `stored`. False: nothing may go out now. */
const pass = (hands: Hands, view: View, message: SharedMessage): boolean => {
  const { state, outlet } = hands;
  const { frame } = message;
  if (frame.seq < view.next) return true;
  if (!mayStream(hands)) {
    behind(hands, view.conv);
    return false;
  }
  const own = frame.from === state.who?.user && view.own?.has(frame.seq) !== true;
  const passage = own ? passOwn(hands, view.conv, frame) : 'message';
  if (passage === 'wait') {
    waitForAnswer(hands, view);
    return false;
  }
  view.next = frame.seq + 1;
  if (view.own?.delete(frame.seq) === true || passage === 'answered') return true;
  outlet.message(message);
  counted(hands, view, frame.seq);
  return true;
};

/** One more unacknowledged, unless the client said that it holds it anyway. */
const counted = ({ kit, state }: Hands, view: View, seq: Seq): void => {
  if (seq <= view.acked) return;
  view.sent.push(seq);
  state.unacked += 1;
  if (state.unacked >= kit.limits['window.unacked']) state.machine.send({ type: 'WINDOW_FULL' });
};

/** An earlier send of this connection is answered first; until then nothing passes. */
const waitForAnswer = ({ state, ctx }: Hands, view: View): void => {
  if (view.mode === 'gap') ctx.cancel(`gap ${view.conv}`);
  view.mode = 'behind';
  view.held = [];
  state.catchUp.delete(view.conv);
  state.waiting.add(view.conv);
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
const endReplay = ({ outlet }: Hands, view: View): void => {
  const { conv, since, resumedFrom, next } = view;
  if (resumedFrom > 0) outlet.send({ t: 'resumed', conv, since, from: resumedFrom, to: next - 1, recovered: true });
  view.resumedFrom = 0;
};

/**
 * More is missing than is replayed: the gap is announced, live goes on above it. Only ever after a strong read, for the
 * client must not wait for numbers it may not see. A replay that was begun ends first, with what it has replayed.
 */
const announceGap = (hands: Hands, view: View): void => {
  const { conv, since, next, last } = view;
  if (view.resumedFrom < next) endReplay(hands, view);
  view.resumedFrom = 0;
  hands.outlet.send({ t: 'resumed', conv, since, from: next, to: last, recovered: false });
  view.next = last + 1;
};

/** The store could not be read: the same again a little later, and nothing else meanwhile (`reading` stays). */
const readFailed = ({ kit, ctx }: Hands): void =>
  ctx.after('read-again', kit.limits['replay.retryMs'], { t: 'read-again' });

export const readAgain = (hands: Hands): void => {
  hands.state.reading = undefined;
  pumpCatchUp(hands);
};

export const replayFailed = (hands: Hands, message: Extract<ToSession, { t: 'replay-failed' }>): void => {
  const { state } = hands;
  if (state.reading !== message.conv) return;
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
  state.reading = undefined;
  if (!state.catchUp.has(conv)) return pumpCatchUp(hands);
  const view = state.views.get(conv) ?? unseen(hands, standing);
  prove(hands, view, standing);
  if (view.last - view.next >= hands.kit.limits['replay.max']) announceGap(hands, view);
  for (const message of entries) if (message.frame.seq > view.next || !pass(hands, view, message)) break;
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
    hands.outlet.send({ t: 'resumed', conv, since, from: view.last + 1, to: view.last, recovered: false });
    view.next = view.last + 1;
    view.acked = Math.min(view.acked, view.last);
    view.resumedFrom = 0;
  }
  view.unproven = false;
};

/** The user is no longer in: `removed`, and the places of its messages are free. */
export const leave = (hands: Hands, conv: Conv): void => {
  const { state, outlet, ctx } = hands;
  const view = state.views.get(conv);
  if (view?.mode === 'gap') ctx.cancel(`gap ${conv}`);
  state.unacked -= view?.sent.length ?? 0;
  state.views.delete(conv);
  state.catchUp.delete(conv);
  state.waiting.delete(conv);
  state.left.set(conv, undefined);
  outlet.send({ t: 'removed', conv });
  windowMoved(hands);
};

/** Places were freed: a session that paused goes on, from the store. */
export const windowMoved = (hands: Hands): void => {
  const { kit, state } = hands;
  if (state.unacked >= kit.limits['window.unacked'] || !state.machine.in('slow')) return;
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
