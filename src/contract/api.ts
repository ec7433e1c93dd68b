/** What a request over HTTP asks of the actors, and what it gets: the frames of the wire, without a connection. */
import type { Millis, User } from '#contract/conversation';
import type { FrameOf, HistoryFrame, InboxFrame, MembersFrame, OpenFrame, SendFrame } from '#contract/frames';

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
