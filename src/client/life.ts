/**
 * The life of a client's connection, as a table: the transitions of machines/client.ts and no other (a test walks
 * both). XState is larger than the whole of this client may be, so the machine is the drawing and this is what runs.
 */
export type LifeState = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'polling' | 'offline' | 'closed';

export type LifeEvent =
  | 'START'
  | 'WELCOME'
  | 'LOST'
  | 'WAITED'
  | 'MOVE'
  | 'FALL_BACK'
  | 'GIVE_UP'
  | 'OFFLINE'
  | 'ONLINE'
  | 'REFUSED'
  | 'STOP';

export const life: Readonly<Record<LifeState, Partial<Record<LifeEvent, LifeState>>>> = {
  idle: { START: 'connecting', STOP: 'closed' },
  connecting: {
    WELCOME: 'connected',
    LOST: 'reconnecting',
    FALL_BACK: 'polling',
    GIVE_UP: 'offline',
    OFFLINE: 'offline',
    REFUSED: 'closed',
    STOP: 'closed',
  },
  connected: { LOST: 'reconnecting', MOVE: 'connecting', OFFLINE: 'offline', REFUSED: 'closed', STOP: 'closed' },
  reconnecting: { WAITED: 'connecting', OFFLINE: 'offline', STOP: 'closed' },
  polling: {
    WELCOME: 'connected',
    LOST: 'reconnecting',
    GIVE_UP: 'offline',
    OFFLINE: 'offline',
    REFUSED: 'closed',
    STOP: 'closed',
  },
  offline: { ONLINE: 'reconnecting', STOP: 'closed' },
  closed: {},
};
