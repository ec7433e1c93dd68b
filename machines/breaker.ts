/** A breaker in front of one outside resource: closed while it works, open while it does not, one probe in between. */
import { assign, emit, setup } from 'xstate';

export type BreakerEvent =
  /** Too many calls have failed of late. */
  | { readonly type: 'TRIPPED' }
  /** The probe came back. */
  | { readonly type: 'ANSWERED' }
  /** The probe failed. */
  | { readonly type: 'FAILED' }
  /** The server stops. */
  | { readonly type: 'STOPPED' };

/** Said at every change: what the guard goes by. */
export interface BreakerEmitted {
  readonly type: 'is';
  readonly state: 'closed' | 'open' | 'halfOpen';
}

const stop = { target: 'stopped', description: 'The server stops.' } as const;

export const breakerMachine = setup({
  types: {
    context: {} as { openMs: number; trips: number },
    input: {} as {
      /** Milliseconds before a probe is let through (F8: 30 s). */
      readonly openMs: number;
    },
    events: {} as BreakerEvent,
    emitted: {} as BreakerEmitted,
  },
  delays: { openMs: ({ context }) => context.openMs },
  actions: {
    countTrip: assign({ trips: ({ context }) => context.trips + 1 }),
    sayClosed: emit({ type: 'is', state: 'closed' }),
    sayOpen: emit({ type: 'is', state: 'open' }),
    sayHalfOpen: emit({ type: 'is', state: 'halfOpen' }),
  },
}).createMachine({
  id: 'breaker',
  description: 'Whether calls are let through to one outside resource.',
  context: ({ input }) => ({ openMs: input.openMs, trips: 0 }),
  initial: 'closed',
  states: {
    closed: {
      description: 'Calls go through.',
      entry: 'sayClosed',
      on: {
        TRIPPED: { target: 'open', actions: 'countTrip', description: 'Too many have failed of late.' },
        STOPPED: stop,
      },
    },
    open: {
      description: 'Nothing is called: everybody is answered at once.',
      entry: 'sayOpen',
      after: { openMs: { target: 'halfOpen', description: 'Time to try.' } },
      on: { STOPPED: stop },
    },
    halfOpen: {
      description: 'One call goes through; the others are answered as before.',
      entry: 'sayHalfOpen',
      on: {
        ANSWERED: { target: 'closed', description: 'It works again.' },
        FAILED: { target: 'open', description: 'It does not work yet.' },
        STOPPED: stop,
      },
    },
    stopped: { type: 'final', description: 'Nobody calls any more.' },
  },
});
