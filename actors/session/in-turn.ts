/**
 * What costs much goes one at a time on a connection: pages of history, new conversations. Whoever asks for hundreds at
 * once gets them all, in order; the server holds one page of theirs, and others get their turns in between.
 */
import { fault } from '#contract/effects';
import type { HistoryFrame, OpenFrame } from '#contract/frames';
import { history, open, sendError } from '#actors/session/answers';
import type { Hands } from '#actors/session/state';

export const inTurn = (hands: Hands, frame: HistoryFrame | OpenFrame): void => {
  const { kit, state } = hands;
  const { turn } = state;
  if (turn.waiting.length >= kit.limits['inFlight.requests']) {
    const conv = frame.t === 'history' ? { conv: frame.conv } : {};
    const why = fault('gateway.rate_limited', 'too many requests in flight', 'none', 100);
    return sendError(hands, why, { id: frame.id, ...conv, of: frame.t });
  }
  turn.waiting.push(frame);
  if (!turn.isBusy) next(hands);
};

/** The one under way was answered, or refused, or has taken too long to be waited for. */
export const turnOver = (hands: Hands): void => {
  hands.state.turn.isBusy = false;
  hands.ctx.cancel('turn');
  next(hands);
};

const next = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { turn } = state;
  for (let frame = turn.waiting.shift(); frame !== undefined; frame = turn.waiting.shift()) {
    turn.isBusy = frame.t === 'open' ? open(hands, frame) : history(hands, frame);
    if (!turn.isBusy) continue;
    // A conversation that failed meanwhile may have forgotten the question.
    return ctx.after('turn', 2 * kit.limits['effect.deadlineMs'], { t: 'turn-over' });
  }
};
