/** What a request over HTTP asks of the actors, and what it gets: the frames of the wire, without a connection. */
import type { Millis, User } from '#contract/conversation';
import type { FrameOf, HelloFrame, HistoryFrame, InboxFrame, MembersFrame } from '#contract/frames';
import type { ErrorFrame, OpenFrame, SendFrame } from '#contract/frames';

/** A page from a moment on: entries whose `at` is that or later (C10). */
export interface Since {
  readonly since?: Millis;
}

/** An empty `id`: none was given. */
export type ApiFrame = SendFrame | OpenFrame | MembersFrame | InboxFrame | (HistoryFrame & Since);

export interface ApiCall {
  readonly user: User;
  /** Where it came from, for rates. */
  readonly ip: string;
  readonly frame: ApiFrame;
}

export interface ApiAnswer {
  readonly frame: FrameOf<'stored' | 'queued' | 'opened' | 'members' | 'history' | 'inbox' | 'error'>;
  /** False: what was asked for was there already. */
  readonly isNew: boolean;
}

/** A long poll: a connection that lasts for one answer. Its cursors acknowledge. */
export interface PollFrame extends Omit<HelloFrame, 't' | 'token'> {
  readonly t: 'poll';
  /** Undefined: as long as may be (`poll.waitMs`). */
  readonly waitMs: Millis | undefined;
}

export interface PollCall {
  readonly user: User;
  readonly token: string;
  /** Where it came from, for rates. */
  readonly ip: string;
  readonly frame: PollFrame;
}

/** What else a connection would have been told in the meantime. */
export type PollEvent = FrameOf<'opened' | 'removed' | 'delivered' | 'read'>;

export interface Polled {
  readonly t: 'polled';
  readonly messages: readonly FrameOf<'message'>[];
  readonly resumed: readonly FrameOf<'resumed'>[];
  readonly events: readonly PollEvent[];
}

export type PollAnswer = Polled | ErrorFrame;
