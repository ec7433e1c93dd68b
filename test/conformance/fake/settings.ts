// What the little server does by default, and what a planted fault may change of it.
import type { ServerFrame } from '#contract/frames';

export interface Settings {
  readonly ackWindow: number;
  readonly replayMax: number;
  readonly membersMax: number;
  readonly receiptsMembers: number;
  readonly pageBytes: number;
  readonly bodyBytes: number;
  readonly metaBytes: number;
  readonly frameBytes: number;
  readonly helloMs: number;
  readonly heartbeatMs: number;
  readonly presenceMs: number;
  readonly typingMs: number;
  readonly pollMs: number;
  readonly badFrames: number;
  readonly leewaySeconds: number;
  readonly framesPerSecond: number;
  readonly sendsPerSecond: number;
  readonly sendsAtOnce: number;
  readonly inboxLimit: number;
  readonly historyLimit: number;
  readonly previewLength: number;
  readonly inboxOthers: number;
  readonly compression: boolean;
  readonly utf8: boolean;
  readonly pings: boolean;
}

/** As docs/protocol.md says, but for the long waits, and for a rate that also a slow machine meets. */
export const settings: Settings = {
  ackWindow: 256,
  replayMax: 1_000,
  membersMax: 256,
  receiptsMembers: 32,
  pageBytes: 262_144,
  bodyBytes: 16_384,
  metaBytes: 1_024,
  frameBytes: 65_536,
  helloMs: 1_500,
  heartbeatMs: 400,
  presenceMs: 200,
  typingMs: 3_000,
  pollMs: 25_000,
  badFrames: 10,
  leewaySeconds: 5,
  framesPerSecond: 2_000,
  sendsPerSecond: 20,
  sendsAtOnce: 400,
  inboxLimit: 20,
  historyLimit: 50,
  previewLength: 100,
  inboxOthers: 10,
  compression: false,
  utf8: true,
  pings: true,
};

/** Frames as a fault sees them: free to be wrong. */
export type Frame = Readonly<Record<string, unknown>> & { readonly t: string };

/** What of a connection a fault may ask. */
export interface Seen {
  readonly user: string | undefined;
  readonly device: string | undefined;
  /** What went out before, in order. */
  readonly told: readonly Frame[];
  /** What came in, in order, the frame that is being answered last. */
  readonly heard: readonly Frame[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a token may be, and be taken all the same by a server with a fault. */
export type TokenFlaw = 'garbage' | 'none' | 'key' | 'expired' | 'no-exp' | 'no-sub' | 'bad-sub' | 'nbf' | 'iat';

/** What a server does wrong, at its rim or by another setting. */
export interface Fault {
  readonly settings?: Partial<Settings>;
  /** What goes out instead of a frame. */
  readonly out?: (frame: Frame, seen: Seen) => readonly Frame[];
  /** What is taken in instead of a frame; undefined: it is ignored. */
  readonly in?: (frame: Frame, seen: Seen) => Frame | undefined;
  /** What is taken in instead of a text that may be no frame. */
  readonly text?: (text: string) => string | undefined;
  /** The close code instead of this one; undefined: the connection stays. */
  readonly close?: (code: number, seen: Seen) => number | undefined;
  /** The answer to a request (`GET /path?query`) instead of this one. */
  readonly http?: (answer: HttpAnswer, request: string) => HttpAnswer;
  /** The body of a request as it is taken in. */
  readonly httpIn?: (body: unknown) => unknown;
  /** A flaw of tokens that is let pass. */
  readonly tolerates?: TokenFlaw;
  readonly subprotocol?: (offered: readonly string[]) => string | false;
  /** Words of the rules that the world forgets; each is named where it is asked. */
  readonly forgets?: Forgotten;
}

/** A rule, by a word, that the node or its world forgets. */
export type Forgotten =
  | 'ids'
  | 'ids by device'
  | 'ids by user'
  | 'ids by conversation'
  | 'ids as sent'
  | 'ids of HTTP'
  | 'the first body'
  | 'membership first'
  | 'members only'
  | 'other devices'
  | 'the window of others'
  | 'the window of replays'
  | 'removed frees'
  | 'acks after removed'
  | 'last acks'
  | 'nothing missing'
  | 'cursors acknowledge'
  | 'new devices'
  | 'since of resumed'
  | 'since of history'
  | 'since again'
  | 'exact bounds'
  | 'one direct conversation'
  | 'titles of pairs'
  | 'ids of groups'
  | 'users of groups'
  | 'leaving'
  | 'founders'
  | 'founders over HTTP'
  | 'senders over HTTP'
  | 'rights to remove'
  | 'standing'
  | 'no change'
  | 'direct'
  | 'order of the inbox'
  | 'unread'
  | 'own unread'
  | 'unread since'
  | 'authors'
  | 'newly covered'
  | 'oneself'
  | 'never fall'
  | 'read is no ack'
  | 'send is no ack'
  | 'bad seq'
  | 'positions'
  | 'typing of strangers'
  | 'sharing'
  | 'earlier watches'
  | 'long polls'
  | 'other connections';

export const asFrame = (frame: ServerFrame): Frame => ({ ...frame });
