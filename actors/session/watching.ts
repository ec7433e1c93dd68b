/** Whom this connection watches: who is online is the presence actor's to know. */
import { fault } from '#contract/effects';
import type { WatchFrame } from '#contract/frames';
import type { PresenceIs } from '#actors/messages';
import { sendError } from '#actors/session/answers';
import { takesNews } from '#actors/session/receipts';
import type { Hands } from '#actors/session/state';

export const watch = (hands: Hands, { users }: WatchFrame): void => {
  const { kit, state, ctx } = hands;
  if (state.who === undefined) return;
  state.watched = [...new Set(users)];
  const refusal = kit.presence.tell({
    ...{ t: 'watch', session: state.name, ref: ctx.self, user: state.who.user },
    users: state.watched,
  });
  if (refusal !== undefined)
    sendError(hands, fault('gateway.overloaded', refusal.message, 'none', kit.limits['retry.afterMs']), {
      of: 'watch',
    });
};

/** With whom one shares a conversation may have changed. */
export const sharesChanged = ({ kit, state }: Hands): void => {
  if (state.watched.length > 0) kit.presence.tell({ t: 'look-again', session: state.name });
};

/** A client that does not read is told again, all of it, when it does. */
export const presenceCame = (hands: Hands, states: readonly PresenceIs[]): void => {
  const { kit, ctx, outlet } = hands;
  if (!takesNews(hands)) return ctx.after('watch-again', kit.limits['socket.pauseMs'], { t: 'watch-again' });
  for (const { user, state, lastSeenAt } of states) outlet.send({ t: 'presence', user, state, lastSeenAt });
};

export const watchAgain = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  if (!(state.machine.in('connected') || state.machine.in('slow'))) return;
  if (takesNews(hands)) watch(hands, { t: 'watch', users: state.watched });
  else ctx.after('watch-again', kit.limits['socket.pauseMs'], { t: 'watch-again' });
};
