/**
 * The life of a node as a door to clients: whether it takes new connections, and how it is emptied for maintenance. The
 * hosting actor announces, closes and counts; the machine says when.
 */
import { emit, setup } from 'xstate';

export interface GatewayInput {
  /** Time to empty the node before the rest is closed, in ms. */
  readonly drainMs: number;
}

export type GatewayEvent =
  /** What the last run of the node left behind has been looked at. */
  | { readonly type: 'READY' }
  /** As many connections as the node takes. */
  | { readonly type: 'FULL' }
  /** A connection has gone. */
  | { readonly type: 'ROOM' }
  | { readonly type: 'DRAIN' }
  /** Nobody is connected any more. */
  | { readonly type: 'EMPTY' };

export type GatewayEmitted =
  /** Tell every client to reconnect elsewhere within this time. */
  | { readonly type: 'announce'; readonly withinMs: number }
  | { readonly type: 'closeRest' }
  | { readonly type: 'drained' };

const drain = { target: '#gateway.draining', description: 'The node is being emptied for maintenance.' } as const;

export const gatewayMachine = setup({
  types: {
    context: {} as GatewayInput,
    input: {} as GatewayInput,
    events: {} as GatewayEvent,
    emitted: {} as GatewayEmitted,
  },
  delays: { drainFor: ({ context }) => context.drainMs },
  actions: {
    announce: emit(({ context }) => ({ type: 'announce', withinMs: context.drainMs })),
    closeRest: emit({ type: 'closeRest' }),
    sayDrained: emit({ type: 'drained' }),
  },
}).createMachine({
  id: 'gateway',
  description: 'One node as a door to clients.',
  context: ({ input }) => input,
  initial: 'warming',
  states: {
    warming: {
      description: 'Fan-outs left by an earlier run are taken over first.',
      on: { READY: { target: 'serving', description: 'Clients may come.' }, DRAIN: drain },
    },
    serving: {
      description: 'New connections are welcome.',
      on: { FULL: { target: 'shedding', description: 'No place for another connection.' }, DRAIN: drain },
    },
    shedding: {
      description: 'New connections are turned away with 503 and Retry-After; those here go on.',
      on: { ROOM: { target: 'serving', description: 'A place is free again.' }, DRAIN: drain },
    },
    draining: {
      description: 'No new connections; clients are told, then closed one after the other.',
      initial: 'leaving',
      entry: 'announce',
      on: { EMPTY: { target: 'drained', description: 'The last connection has gone.' } },
      states: {
        leaving: {
          description: 'Clients go by themselves or are closed, staggered.',
          after: { drainFor: { target: 'forcing', description: 'Time is up.' } },
        },
        forcing: { description: 'Whoever is left is closed at once.', entry: 'closeRest' },
      },
    },
    drained: {
      type: 'final',
      description: 'Nobody is connected; the process may end.',
      entry: 'sayDrained',
    },
  },
});
