/**
 * What is owed: `stored` for each send that was answered `queued`. The stream pays most of it, when the number passes.
 * A number that passed before it was owed, or was left out, does not pass again: it is looked up every now and then.
 */
import type { Conv } from '#contract/conversation';
import type { Hands } from '#actors/session/state';

/** An id has no spaces: unambiguous. */
export const pendingKey = (conv: Conv, id: string): string => `${id} ${conv}`;

/** `stored` is owed to this connection for it, should its number pass. */
export const owe = ({ kit, state }: Hands, conv: Conv, id: string): void => {
  if (state.owed.size < kit.limits['owed.sends']) state.owed.add(pendingKey(conv, id));
};

/** It is certain to have a number some day. */
export const lookUpLater = (hands: Hands, conv: Conv, id: string): void => {
  const { queued } = hands.state;
  if (!hands.state.owed.has(pendingKey(conv, id))) return;
  const ids = queued.get(conv) ?? new Set<string>();
  if (queued.size === 0) arm(hands);
  queued.set(conv, ids.add(id));
};

const arm = ({ kit, ctx }: Hands): void => ctx.after('owed', kit.limits['owed.lookMs'], { t: 'owed-due' });

/** Some of one conversation at a time; the others come next. */
export const lookUpOwed = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { pending } = kit.ports;
  for (const [conv, ids] of state.queued) {
    state.queued.delete(conv);
    for (const id of ids) if (!state.owed.has(pendingKey(conv, id))) ids.delete(id);
    if (ids.size === 0 || pending === undefined || state.who === undefined) continue;
    state.queued.set(conv, ids);
    const some = [...ids].slice(0, kit.limits['read.batch']);
    for (const id of some) if (ids.delete(id)) ids.add(id);
    ctx.start(pending.numbersOf(conv, state.who.user, some), (outcome) => ({ t: 'owed-came', conv, outcome }));
    return arm(hands);
  }
};
