/**
 * The life of a client's connection, from its first socket to its end. The client in src/client runs the same
 * transitions from a table, for its size; a test walks both and compares.
 */
import { setup } from 'xstate';

export type ClientEvent =
  | { readonly type: 'START' }
  /** The server took our `hello`. */
  | { readonly type: 'WELCOME' }
  /** The socket or the poll has failed; trying again makes sense. */
  | { readonly type: 'LOST' }
  | { readonly type: 'WAITED' }
  /** The node is to be emptied, and the random moment to go has come. */
  | { readonly type: 'MOVE' }
  /** Socket after socket failed before `welcome`. */
  | { readonly type: 'FALL_BACK' }
  /** As many failures in a row as this device may have. */
  | { readonly type: 'GIVE_UP' }
  /** The platform says that there is no network. */
  | { readonly type: 'OFFLINE' }
  /** The platform says that there is one, or a person asks for another try. */
  | { readonly type: 'ONLINE' }
  /** The server said not to come back (4100 to 4199). */
  | { readonly type: 'REFUSED' }
  | { readonly type: 'STOP' };

const stop = { target: 'closed', description: 'The app is done with it.' } as const;
const offline = { target: 'offline', description: 'There is no network: trying is of no use.' } as const;
const giveUp = { target: 'offline', description: 'As many failures in a row as a mobile device may have.' } as const;
const refused = { target: 'closed', description: 'The server said not to come back.' } as const;

export const clientMachine = setup({ types: { events: {} as ClientEvent } }).createMachine({
  id: 'client',
  description: 'The connection of one device, as the client sees it.',
  initial: 'idle',
  states: {
    idle: {
      description: 'What was saved is being read.',
      on: { START: { target: 'connecting', description: 'Outbox and cursors are there.' }, STOP: stop },
    },
    connecting: {
      description: 'A socket is being opened, or waits for `welcome`.',
      on: {
        WELCOME: { target: 'connected', description: 'The server knows us.' },
        LOST: { target: 'reconnecting', description: 'It failed, or took too long.' },
        FALL_BACK: { target: 'polling', description: 'WebSocket after WebSocket failed: HTTP may pass.' },
        GIVE_UP: giveUp,
        OFFLINE: offline,
        REFUSED: refused,
        STOP: stop,
      },
    },
    connected: {
      description: 'Frames go both ways.',
      on: {
        LOST: { target: 'reconnecting', description: 'The connection ended, or is silent.' },
        MOVE: { target: 'connecting', description: 'The node is being emptied: elsewhere, before it cuts us off.' },
        OFFLINE: offline,
        REFUSED: refused,
        STOP: stop,
      },
    },
    reconnecting: {
      description: 'A random wait, from a range that doubles, or what the server asked for and a little more.',
      on: { WAITED: { target: 'connecting', description: 'The next try.' }, OFFLINE: offline, STOP: stop },
    },
    polling: {
      description: 'Long polls over HTTP; now and then a WebSocket is tried.',
      on: {
        WELCOME: { target: 'connected', description: 'WebSocket can be had again.' },
        LOST: { target: 'reconnecting', description: 'HTTP fails as well: it is not the WebSocket.' },
        GIVE_UP: giveUp,
        OFFLINE: offline,
        REFUSED: refused,
        STOP: stop,
      },
    },
    offline: {
      description: 'Nothing is tried until somebody says so.',
      on: {
        ONLINE: { target: 'reconnecting', description: 'All come at once out of a tunnel: a wait first.' },
        STOP: stop,
      },
    },
    closed: { type: 'final', description: 'Over; what was not stored stays in the outbox.' },
  },
});
