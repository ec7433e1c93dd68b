/**
 * The drainer: one per node. What was queued while the store was away is handed to its conversation, batch by batch,
 * and forgotten by the log once it is stored. The log gives each conversation to one drainer at a time.
 */
import type { Conv } from '#contract/conversation';
import type { Fault, Outcome } from '#contract/effects';
import type { PendingBatch } from '#contract/ports/pending';
import type { ToConversation, ToDrainer } from '#actors/messages';
import type { Behaviour } from '#runtime/types';

export interface DrainerKit {
  readonly conversations: { tell(conv: Conv, message: ToConversation): Fault | undefined };
}

type Message = ToDrainer | { readonly t: 'forgotten'; readonly batch: PendingBatch; readonly outcome: Outcome<void> };

interface State {
  /** Batches that are with their conversations, by a number of ours. */
  readonly out: Map<number, PendingBatch>;
  count: number;
}

export const drainerBehaviour = ({ conversations }: DrainerKit): Behaviour<State, Message> => ({
  kind: 'drainer',
  init: () => ({ out: new Map(), count: 0 }),
  receive: (state, message, ctx) => {
    const taken = (number: number): PendingBatch | undefined => {
      const batch = state.out.get(number);
      state.out.delete(number);
      return batch;
    };
    switch (message.t) {
      case 'batch': {
        const { batch } = message;
        state.count += 1;
        const number = state.count;
        const drain = { t: 'drain', batch: number, drafts: batch.drafts, reply: ctx.self } as const;
        if (conversations.tell(batch.conv, drain) === undefined) state.out.set(number, batch);
        else batch.later();
        return state;
      }
      case 'batch-stored': {
        const batch = taken(message.batch);
        if (batch !== undefined) ctx.start(batch.stored(), (outcome) => ({ t: 'forgotten', batch, outcome }));
        return state;
      }
      case 'batch-failed':
        taken(message.batch)?.later();
        return state;
      case 'forgotten':
        // It is stored, and may come again all the same: its ids are known then.
        if (!message.outcome.ok) message.batch.later();
        return state;
    }
  },
  stopped: (state) => {
    for (const batch of state.out.values()) batch.later();
  },
});
