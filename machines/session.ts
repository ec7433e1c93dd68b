/**
 * The life of a session: one connection of a user's device, from the accepted socket until presence may forget it. The
 * machine decides when a connection ends and with which code; frames and messages pass by it.
 */
import { emit, setup } from 'xstate';
import type { CloseCode } from '#contract/errors';

export interface SessionInput {
  /** Time for the first `hello`, in ms. */
  readonly helloWithinMs: number;
  /** How long a lost session is kept, in ms. */
  readonly graceMs: number;
}

export type SessionEvent =
  /** hello was accepted and answered. */
  | { readonly type: 'WELCOMED' }
  /** The replay is over. */
  | { readonly type: 'READY' }
  | { readonly type: 'WINDOW_FULL' }
  | { readonly type: 'WINDOW_OPEN' }
  /** The socket is gone. */
  | { readonly type: 'LOST' }
  | { readonly type: 'CLOSE'; readonly code: CloseCode; readonly reason: string }
  /** A newer connection of the device lives. */
  | { readonly type: 'REPLACED' }
  | { readonly type: 'TOKEN_EXPIRED' };

export type SessionEmitted =
  { readonly type: 'close'; readonly code: CloseCode; readonly reason: string } | { readonly type: 'expired' };

/** Codes that ask the client to come back: its session is kept for the grace period. */
const comesBack = (code: CloseCode): boolean => (code >= 4000 && code < 4100) || code === 1011;

const definition = setup({
  types: {
    context: {} as SessionInput,
    input: {} as SessionInput,
    events: {} as SessionEvent,
    emitted: {} as SessionEmitted,
  },
  delays: {
    helloWithin: ({ context }) => context.helloWithinMs,
    grace: ({ context }) => context.graceMs,
  },
  guards: { comesBack: ({ event }) => event.type === 'CLOSE' && comesBack(event.code) },
  actions: {
    closeAsTold: emit(({ event }) =>
      event.type === 'CLOSE'
        ? { type: 'close', code: event.code, reason: event.reason }
        : { type: 'close', code: 1011, reason: 'a fault of ours' },
    ),
    closeNoHello: emit({ type: 'close', code: 4101, reason: 'no hello in time' }),
    closeExpired: emit({ type: 'close', code: 4101, reason: 'the token expired' }),
    closeReplaced: emit({ type: 'close', code: 4103, reason: 'a newer connection of this device' }),
    sayExpired: emit({ type: 'expired' }),
  },
});

/** What ends a connection, wherever it stands after `hello`. */
const endings = {
  LOST: { target: '#session.reconnecting', description: 'The socket is gone; the client may come back.' },
  CLOSE: [
    {
      guard: 'comesBack',
      target: '#session.reconnecting',
      actions: 'closeAsTold',
      description: 'Closed with a code that asks the client to reconnect.',
    },
    { target: '#session.expired', actions: 'closeAsTold', description: 'Closed for good.' },
  ],
  REPLACED: { target: '#session.expired', actions: 'closeReplaced', description: 'The device is connected elsewhere.' },
  TOKEN_EXPIRED: { target: '#session.expired', actions: 'closeExpired', description: 'Nobody renewed the token.' },
} as const;

export const sessionMachine = definition.createMachine({
  id: 'session',
  description: 'One connection of a device of a user.',
  context: ({ input }) => input,
  initial: 'authenticating',
  states: {
    authenticating: {
      description: 'Nothing but hello is taken; its token, registration and positions are looked up.',
      after: {
        helloWithin: {
          target: 'expired',
          actions: 'closeNoHello',
          description: 'No hello, or none that could be answered, in time.',
        },
      },
      on: {
        WELCOMED: { target: 'connected', description: 'The client is known and was welcomed.' },
        LOST: { target: 'expired', description: 'The socket went before anybody was known.' },
        CLOSE: { target: 'expired', actions: 'closeAsTold', description: 'Refused: bad token, bad frames, fault.' },
        REPLACED: { target: 'expired', actions: 'closeReplaced', description: 'The device connected again meanwhile.' },
      },
    },
    connected: {
      description: 'Frames pass both ways.',
      initial: 'resuming',
      on: {
        ...endings,
        WINDOW_FULL: { target: 'slow', description: 'Too many messages unacknowledged.' },
      },
      states: {
        resuming: {
          description: 'What was missed is replayed, conversation by conversation.',
          on: { READY: { target: 'live', description: 'The replay is over.' } },
        },
        live: { description: 'Messages go out as they are stored.' },
        where: { type: 'history', description: 'Back to where it was before the window filled.' },
      },
    },
    slow: {
      description: 'No message goes out until the client acknowledges; requests are still answered.',
      on: {
        ...endings,
        WINDOW_OPEN: { target: 'connected.where', description: 'There is room again: on from the store.' },
      },
    },
    reconnecting: {
      description: 'No socket. The user still counts as online, so that presence does not flap.',
      after: { grace: { target: 'expired', description: 'The client did not come back here.' } },
      on: { REPLACED: { target: 'expired', description: 'It came back, on a new connection.' } },
    },
    expired: {
      type: 'final',
      description: 'Over: the actor says its last words and stops.',
      entry: 'sayExpired',
    },
  },
});
