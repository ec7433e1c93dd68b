/** Somebody types: told to the others, now and then, and never stored. */
import { usersNow } from '#actors/conversation/roster';
import type { Hands } from '#actors/conversation/state';
import type { Typing } from '#actors/messages';

export const typing = ({ kit, state, ctx }: Hands, { asker }: Typing): void => {
  const { user } = asker;
  const { typed } = state.receipts;
  const { conv } = state;
  for (const [one, at] of typed) if (ctx.now - at >= kit.limits['typing.everyMs']) typed.delete(one);
  if (typed.has(user)) return;
  typed.set(user, ctx.now);
  const to = usersNow(state.roster).filter((one) => one !== user);
  const message = { t: 'typing', cause: ctx.cause, conv, user, to } as const;
  kit.delivery.tell(message);
  ctx.start(kit.ports.bus.tell(kit.node, to, message), () => ({ t: 'done' }));
};
