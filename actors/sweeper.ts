/** The sweeper: one per node. Fan-outs whose mark has grown old are taken over, whoever left them behind. */
import type { Conv } from '#contract/conversation';
import type { Fault, Outcome } from '#contract/effects';
import type { Limits } from '#contract/limits';
import type { MessageStore } from '#contract/ports/store';
import type { ToConversation, ToGateway } from '#actors/messages';
import type { Behaviour, Context, Ref } from '#runtime/types';

export interface SweeperKit {
  readonly store: MessageStore;
  readonly limits: Limits;
  readonly gateway: Ref<ToGateway>;
  readonly conversations: { tell(conv: Conv, message: ToConversation): Fault | undefined };
}

type Message = { readonly t: 'sweep' } | { readonly t: 'dirty'; readonly outcome: Outcome<readonly Conv[]> };

interface State {
  /** The first sweep takes everything: after a restart nobody else will. */
  first: boolean;
}

export const sweeperBehaviour = (kit: SweeperKit): Behaviour<State, Message> => ({
  kind: 'sweeper',
  init: (ctx) => {
    sweep(kit, ctx, 0);
    return { first: true };
  },
  receive: (state, message, ctx) => {
    if (message.t === 'sweep') {
      sweep(kit, ctx, kit.limits['sweep.olderMs']);
      return state;
    }
    ctx.after('sweep', kit.limits['sweep.everyMs'], { t: 'sweep' });
    if (!message.outcome.ok) return state;
    for (const conv of message.outcome.value) kit.conversations.tell(conv, { t: 'sweep' });
    if (state.first) kit.gateway.tell({ t: 'ready' });
    return { first: false };
  },
});

const sweep = ({ store, limits }: SweeperKit, ctx: Context<Message>, olderMs: number): void =>
  ctx.start(store.dirty(ctx.now - olderMs, limits['sweep.batch']), (outcome) => ({ t: 'dirty', outcome }));
