/**
 * Every few seconds a session compares what it has sent with what is known to be stored: a publish that was lost, a
 * conversation it never heard of, a newer connection of its device. What the index says is a hint; the store decides.
 */
import type { Outcome } from '#contract/effects';
import type { LastKnown, Resync } from '#contract/ports/bus';
import { askStanding } from '#actors/session/positions';
import type { Hands, View } from '#actors/session/state';
import { behind } from '#actors/session/catch-up';
import { waitForGap } from '#actors/session/stream';

export const resyncCame = (hands: Hands, outcome: Outcome<Resync>): void => {
  const { state } = hands;
  if (!outcome.ok || !(state.machine.in('connected') || state.machine.in('slow'))) return;
  const { last, current } = outcome.value;
  if (replacedMeanwhile(hands, current)) return;
  for (const [conv, known] of last) {
    const view = state.views.get(conv);
    if (view !== undefined) compare(hands, view, known);
    else if (state.left.has(conv)) askStanding(hands, conv);
    else behind(hands, conv);
  }
  for (const conv of state.views.keys()) if (!last.has(conv)) askStanding(hands, conv);
};

/** Whether a newer connection of the device lives; a lost registration is written again. */
const replacedMeanwhile = ({ kit, state, ctx }: Hands, current: Resync['current']): boolean => {
  const { address } = state;
  if (address === undefined) return false;
  if (current === null || current.epoch < address.epoch) {
    ctx.start(kit.ports.bus.restore(address), () => ({ t: 'done' }));
    return false;
  }
  if (current.epoch === address.epoch) return false;
  state.machine.send({ type: 'REPLACED' });
  return true;
};

const compare = (hands: Hands, view: View, { seq, since }: LastKnown): void => {
  if (since > view.since) return behind(hands, view.conv);
  if (seq < view.next) return;
  // It may be on its way: given the time of a gap before the store is read.
  view.last = Math.max(view.last, seq);
  waitForGap(hands, view);
};
