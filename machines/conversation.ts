/**
 * The life of a conversation actor on one node. A message costs no transition: the machine moves when circumstances of
 * the conversation change. Siblings of `normal` to come: salting and salted (hot partitions).
 */
import { assign, emit, setup } from 'xstate';

export type ConversationEvent =
  /** An append was lost: another node appended first. `hasTurns`: one can ask for a turn. */
  | { readonly type: 'LOST'; readonly hasTurns: boolean }
  /** An append went through after losses. */
  | { readonly type: 'WON' }
  /** Another node loses to us and asks for turns. */
  | { readonly type: 'CALLED' }
  /** It was our turn again, and nobody else has asked for one. */
  | { readonly type: 'ALONE' }
  /** Too many losses: what waited was refused, the next append starts afresh. */
  | { readonly type: 'YIELDED' }
  /** The store does not answer, or entries are queued: sends go to the log. */
  | { readonly type: 'BUFFER' }
  /** An append went to the store again: nothing is queued any more. */
  | { readonly type: 'STORED' }
  /** Finish what is held, take nothing new. */
  | { readonly type: 'DRAIN' }
  /** Nothing is held any more. */
  | { readonly type: 'EMPTY' };

/** `wait`: wait at random before the next append, longer with every loss. */
export type ConversationEmitted = { readonly type: 'wait'; readonly losses: number } | { readonly type: 'finished' };

export const conversationMachine = setup({
  types: {
    context: {} as { losses: number },
    events: {} as ConversationEvent,
    emitted: {} as ConversationEmitted,
  },
  guards: {
    hasTurns: ({ event }) => event.type === 'LOST' && event.hasTurns,
  },
  actions: {
    countLoss: assign({ losses: ({ context }) => context.losses + 1 }),
    forgetLosses: assign({ losses: 0 }),
    wait: emit(({ context }) => ({ type: 'wait', losses: context.losses })),
    sayFinished: emit({ type: 'finished' }),
  },
}).createMachine({
  id: 'conversation',
  description: 'One conversation as one node serves it.',
  context: { losses: 0 },
  initial: 'normal',
  states: {
    normal: {
      description: 'Appends go to the store under the conversation itself.',
      initial: 'sole',
      on: {
        BUFFER: {
          target: 'buffering',
          actions: 'forgetLosses',
          description: 'The store does not answer, or entries are queued.',
        },
        DRAIN: { target: 'draining', description: 'The node is being emptied.' },
      },
      states: {
        sole: {
          description: 'Nobody else appends here: groups go out as fast as the store answers.',
          on: {
            LOST: { target: 'contended', description: 'Another node was faster.' },
            CALLED: { target: 'turns', description: 'Another node loses to us, and asks for turns.' },
          },
        },
        contended: {
          description: 'Another node appends too: after each loss a random wait that grows.',
          entry: ['countLoss', 'wait'],
          on: {
            LOST: [
              {
                target: 'turns',
                guard: 'hasTurns',
                actions: 'countLoss',
                description: 'Lost twice: ask for a turn before each append.',
              },
              { target: 'contended', reenter: true, description: 'Lost again: wait longer.' },
            ],
            WON: { target: 'sole', actions: 'forgetLosses', description: 'Our turn: no wait any more.' },
            CALLED: { target: 'turns', description: 'Another node loses too, and asks for turns.' },
            YIELDED: {
              target: 'sole',
              actions: 'forgetLosses',
              description: 'Lost too often: what waited was refused.',
            },
          },
        },
        turns: {
          description: 'Servers append by turns, and at once: one that knows of no turns has to lose some day.',
          on: {
            LOST: { actions: 'countLoss', description: 'Somebody appended out of turn: again, without a wait.' },
            WON: { actions: 'forgetLosses', description: 'Losses count anew.' },
            ALONE: { target: 'sole', actions: 'forgetLosses', description: 'Nobody else appends any more.' },
            YIELDED: {
              target: 'sole',
              actions: 'forgetLosses',
              description: 'Lost too often: what waited was refused.',
            },
          },
        },
      },
    },
    buffering: {
      description: 'Sends are queued behind those that are queued; what was queued is stored when the store is back.',
      on: {
        LOST: { actions: ['countLoss', 'wait'], description: 'What was queued lost its place to another node: wait.' },
        YIELDED: { actions: 'forgetLosses', description: 'Lost too often: what was queued comes again later.' },
        STORED: { target: 'normal', actions: 'forgetLosses', description: 'Nothing is queued any more.' },
        DRAIN: { target: 'draining', description: 'The node is being emptied.' },
      },
    },
    draining: {
      description: 'What is held is still stored and answered; nothing new is taken.',
      on: { EMPTY: { target: 'drained', description: 'All is answered.' } },
    },
    drained: { type: 'final', description: 'Nothing is held.', entry: 'sayFinished' },
  },
});
