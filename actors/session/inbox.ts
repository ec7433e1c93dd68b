/** The inbox, as this connection asks for it: after what it said before, so that what it has read is not unread. */
import { fault } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { InboxFrame } from '#contract/frames';
import type { InboxPage } from '#contract/inbox';
import { sendError } from '#actors/session/answers';
import type { Hands } from '#actors/session/state';
import { inboxFrame } from '#actors/wire';

export const inbox = (hands: Hands, frame: InboxFrame): void => {
  const { kit, state, ctx } = hands;
  if (state.readsOpen === 0) return ask(hands, frame);
  if (state.inboxes.length >= kit.limits['inFlight.sends'])
    return sendError(hands, fault('gateway.rate_limited', 'too many requests in flight', 'none', 100), {
      ...{ id: frame.id, of: 'inbox' },
    });
  state.inboxes.push(frame);
  ctx.after('inbox', kit.limits['inbox.waitMs'], { t: 'inbox-due' });
};

const ask = ({ kit, state, ctx }: Hands, { id, limit, page }: InboxFrame): void => {
  if (state.who === undefined) return;
  ctx.start(kit.ports.inbox.page(state.who.user, limit, page), (outcome) => ({ t: 'inbox-came', id, outcome }));
};

/** A `read` of this connection is done, or was refused. */
export const readDone = (hands: Hands): void => {
  const { state } = hands;
  state.readsOpen = Math.max(0, state.readsOpen - 1);
  if (state.readsOpen === 0 && state.inboxes.length > 0) inboxesDue(hands);
};

/** They have waited long enough, or have nothing left to wait for. */
export const inboxesDue = (hands: Hands): void => {
  hands.ctx.cancel('inbox');
  for (const frame of hands.state.inboxes.splice(0)) ask(hands, frame);
};

export const inboxCame = (hands: Hands, id: string, outcome: Outcome<InboxPage>): void => {
  if (outcome.ok) hands.outlet.send(inboxFrame(id, outcome.value));
  else sendError(hands, outcome.fault, { id, of: 'inbox' });
};
