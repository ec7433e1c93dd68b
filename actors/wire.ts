/** Entries, answers and errors as the wire shows them. */
import type { Conv, Entry } from '#contract/conversation';
import type { Fault } from '#contract/effects';
import { errorTable } from '#contract/errors';
import type { ErrorFrame, FrameOf, WireMessage } from '#contract/frames';
import { placeToken } from '#contract/inbox';
import type { InboxPage } from '#contract/inbox';
import type { Limits } from '#contract/limits';
import type { SharedMessage } from '#contract/ports/outlet';
import type { Standing, ToSession } from '#actors/messages';

const wireMessage = (conv: Conv, entry: Entry): FrameOf<'message'> => ({
  t: 'message',
  conv,
  seq: entry.seq,
  mid: entry.mid,
  from: entry.from,
  id: entry.id,
  body: entry.body,
  at: entry.at,
  ...(entry.meta === undefined ? {} : { meta: entry.meta }),
  ...(entry.event === undefined ? {} : { event: entry.event }),
});

/** For all connections that get it. */
export const sharedMessage = (conv: Conv, entry: Entry): SharedMessage => {
  const frame = wireMessage(conv, entry);
  return entry.queued === true && entry.device !== null ? { frame, queuedBy: entry.device } : { frame };
};

/** The same without `t`, as in history. */
const pageMessage = (conv: Conv, entry: Entry): WireMessage => {
  const { t: _, ...message } = wireMessage(conv, entry);
  return message;
};

type About = Pick<ErrorFrame, 'id' | 'conv' | 'of'>;

/** An error as the wire knows it: what only this house understands is the store's failure; 503s say when to return. */
export const errorFrame = (limits: Limits, why: Fault, about: About): ErrorFrame => {
  const { message, effect } = why;
  const code = errorTable[why.code].on === 'inside' ? 'store.unavailable' : why.code;
  const frame = { t: 'error', ...about, code, message, effect } as const;
  const later = errorTable[code].http === 503 ? limits['retry.afterMs'] : undefined;
  const retryAfterMs = why.retryAfterMs ?? later;
  return retryAfterMs === undefined ? frame : { ...frame, retryAfterMs };
};

/** The answers of a conversation, and of the inbox, as frames. */
export const openedFrame = (id: string, { conv, kind, members, title, since, last }: Standing): FrameOf<'opened'> => {
  const frame = { t: 'opened', id, conv, kind, members, since, seq: last } as const;
  return title === undefined ? frame : { ...frame, title };
};

export const membersFrame = (id: string, { conv, members, since, last }: Standing): FrameOf<'members'> => ({
  ...{ t: 'members', id, conv, members, since, seq: last },
});

export const historyFrame = ({ id, conv, entries, more }: Extract<ToSession, { t: 'page' }>): FrameOf<'history'> => ({
  ...{ t: 'history', id, conv, messages: entries.map((entry) => pageMessage(conv, entry)), more },
});

export const inboxFrame = (id: string, { items, next, source }: InboxPage): FrameOf<'inbox'> => {
  const frame = { t: 'inbox', id, items, source } as const;
  return next === null ? frame : { ...frame, next: placeToken(next) };
};
