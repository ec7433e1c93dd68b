/** The life of presence on one node: whether what it knows of users elsewhere can be trusted. */
import { setup } from 'xstate';

export type PresenceEvent =
  /** The presence port answered. */
  | { readonly type: 'ANSWERED' }
  /** It did not. */
  | { readonly type: 'FAILED' }
  /** The node stops. */
  | { readonly type: 'STOPPED' };

const stop = { target: 'stopped', description: 'The node stops.' } as const;

export const presenceMachine = setup({ types: { events: {} as PresenceEvent } }).createMachine({
  id: 'presence',
  description: 'Whether presence can be told.',
  initial: 'live',
  states: {
    live: {
      description: 'Who is online is known; watchers hear of changes.',
      on: {
        FAILED: { target: 'degraded', description: 'Who is online cannot be found out: nobody is called so.' },
        STOPPED: stop,
      },
    },
    degraded: {
      description: 'Watchers are shown when somebody was last seen, and no live state.',
      on: { ANSWERED: { target: 'live', description: 'It can be found out again.' }, STOPPED: stop },
    },
    stopped: { type: 'final', description: 'Nobody is connected here any more.' },
  },
});
