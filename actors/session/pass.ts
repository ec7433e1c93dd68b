/** One number on its way out to one connection: as `message`, not at all, or not yet. Counts what is unacknowledged. */
import type { Seq } from '#contract/conversation';
import type { SharedMessage } from '#contract/ports/outlet';
import { passOwn, storedFrame } from '#actors/session/answers';
import { mayStream } from '#actors/session/state';
import type { Hands, View } from '#actors/session/state';
import { sharesChanged } from '#actors/session/watching';

/** `full`: the window is, or the client is not served now. `waits`: for the answer to an earlier send. */
export type Passage = 'passed' | 'full' | 'waits';

/** The next number goes out, unless this connection has it as `stored`. */
export const pass = (hands: Hands, view: View, message: SharedMessage): Passage => {
  const { state, outlet } = hands;
  const { frame } = message;
  if (frame.seq < view.next) return 'passed';
  if (!mayStream(hands)) return 'full';
  const own = frame.from === state.who?.user && view.own?.has(frame.seq) !== true;
  const passage = own ? passOwn(hands, view.conv, frame) : 'message';
  if (passage === 'wait') {
    waitForAnswer(hands, view);
    return 'waits';
  }
  view.next = frame.seq + 1;
  if (frame.event !== undefined) sharesChanged(hands);
  if (view.own?.delete(frame.seq) === true || passage === 'answered') return 'passed';
  if (own && message.queuedBy === state.who?.device) outlet.send(storedFrame(view.conv, frame));
  outlet.message(message);
  counted(hands, view, frame.seq);
  return 'passed';
};

/** One more unacknowledged, unless the client said that it holds it anyway. */
const counted = (hands: Hands, view: View, seq: Seq): void => {
  const { state } = hands;
  if (seq > view.acked) {
    view.sent.push(seq);
    state.unacked += 1;
  }
  if (!hasRoom(hands)) state.machine.send({ type: 'WINDOW_FULL' });
};

/**
 * Whether another message may go out: the window, and what the network has not taken yet. Acknowledgements tell when
 * the window moves; for the network somebody has to look again.
 */
export const hasRoom = ({ kit, state, ctx, outlet }: Hands): boolean => {
  const { limits } = kit;
  if (state.unacked >= limits['window.unacked']) return false;
  if (outlet.bufferedBytes() < limits['socket.pauseBytes']) return true;
  ctx.after('look-again', limits['socket.pauseMs'], { t: 'look-again' });
  return false;
};

/** An earlier send of this connection is answered first; until then nothing passes. */
const waitForAnswer = ({ state, ctx }: Hands, view: View): void => {
  if (view.mode === 'gap') ctx.cancel(`gap ${view.conv}`);
  view.mode = 'behind';
  view.held = [];
  state.catchUp.delete(view.conv);
  state.waiting.add(view.conv);
};
