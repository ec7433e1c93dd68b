/** How a conversation begins: whoever of its founders is in too many keeps it from being made, not from being found. */
import type { ConversationItem } from '#contract/conversation';
import { failed, ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { Hands, Own, Question } from '#actors/conversation/state';
import { adopt, refuse } from '#actors/conversation/reading';
import { tooManyConversations } from '#actors/conversation/roster';
import type { Open } from '#actors/messages';

/** First: is one of them in as many conversations as may be? */
export const found = ({ kit, ctx }: Hands, open: Open): void => {
  const full = kit.ports.members.inAtLeast(kit.limits['conversations.user'], open.founders);
  ctx.start(full, (outcome) => ({ t: 'founders', open, outcome }));
};

/** One that is there already is answered all the same. */
export const foundersCame = (hands: Hands, { open, outcome }: Extract<Own, { t: 'founders' }>): void => {
  const { kit, state, ctx } = hands;
  if (!outcome.ok) return refuse(hands, { t: 'opening', open, created: false }, outcome.fault);
  if (outcome.value.size === 0) return create(hands, open);
  ctx.start(kit.ports.store.item(state.conv), (there) => ({
    t: 'created',
    open,
    outcome: thereOrTooMany(there),
  }));
};

const thereOrTooMany = (
  there: Outcome<ConversationItem | null>,
): Outcome<{ created: boolean; item: ConversationItem }> => {
  if (!there.ok) return there;
  return there.value === null ? failed(tooManyConversations()) : ok({ created: false, item: there.value });
};

const create = ({ kit, state, ctx }: Hands, open: Open): void => {
  const { kind, founders, title, asker } = open;
  const given = { conv: state.conv, kind, creator: asker.user, founders, now: ctx.now };
  const conversation = title === undefined ? given : { ...given, title };
  ctx.start(kit.ports.store.create(conversation), (outcome) => ({ t: 'created', open, outcome }));
};

/** It is there, or is not to be: answers what is to be asked for whoever wanted it. */
export const foundedCame = (hands: Hands, { open, outcome }: Extract<Own, { t: 'created' }>): Question | undefined => {
  const { state } = hands;
  if (!outcome.ok) {
    refuse(hands, { t: 'opening', open, created: false }, outcome.fault);
    return undefined;
  }
  const { created, item } = outcome.value;
  adopt(hands, item);
  if (created) {
    state.fan.origin = open.asker.connection;
    state.fan.goal = Math.max(state.fan.goal, 0);
  }
  return { t: 'opening', open, created };
};
