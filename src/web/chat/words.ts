/** What the page says in words: days and times, who is here, what went wrong. Times are of the reader's own zone. */
import type { ClientFault } from '#client/events';
import type { MemberEvent, Millis, User } from '#contract/conversation';
import type { Conversation, Model, Presence } from '#web/chat/model';

const clockTime = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });

export const timeOf = (at: Millis): string => clockTime.format(at);

/** Days between two moments, as a calendar counts them. */
const daysBetween = (at: Millis, now: Millis): number => {
  const midnight = (ms: Millis): Millis => new Date(ms).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(at)) / 86_400_000);
};

/** Today, Yesterday, Tuesday, 31 December 2026. */
export const dayWords = (at: Millis, now: Millis): string => {
  const days = daysBetween(at, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return days > 1 && days < 7 ? weekday.format(at) : longDate.format(at);
};

/** As short as a list wants it: the time today, the day before. */
export const whenWords = (at: Millis, now: Millis): string => {
  if (at === 0) return '';
  const days = daysBetween(at, now);
  if (days <= 0) return timeOf(at);
  if (days === 1) return 'Yesterday';
  return days < 7 ? weekday.format(at) : shortDate.format(at);
};

/** `online`, or when somebody was; empty where nobody knows. What is not known is never said to be so now. */
export const presenceWords = (presence: Presence | undefined, now: Millis): string => {
  if (presence === undefined) return '';
  const { state, lastSeenAt } = presence;
  if (state === 'online') return 'online';
  if (lastSeenAt === null) return '';
  const minutes = Math.floor(Math.max(0, now - lastSeenAt) / 60_000);
  if (minutes < 1) return 'last seen just now';
  if (minutes < 60) return `last seen ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} ago`;
  const days = daysBetween(lastSeenAt, now);
  const day = days === 0 ? 'today' : days === 1 ? 'yesterday' : `on ${shortDate.format(lastSeenAt)}`;
  return `last seen ${day} at ${timeOf(lastSeenAt)}`;
};

/** `alice`, `alice and bob`, `alice, bob and 3 others`. */
export const namesWords = (names: readonly User[], most = 3): string => {
  const shown = names.length > most ? names.slice(0, most - 1) : names;
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${more} others`] : shown;
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
};

export const titleOf = ({ kind, title, others }: Conversation): string => {
  if (title !== undefined) return title;
  if (others.length > 0) return namesWords(others);
  return kind === 'group' ? 'A group of yours' : 'Somebody';
};

/** One line below the name of a conversation: who types, who is here, who is in. */
export const statusWords = (conversation: Conversation, { presence, me }: Model, now: Millis): string => {
  const { kind, others, typing, areAllKnown } = conversation;
  if (typing.size > 0) return kind === 'direct' ? 'typing …' : typingWords([...typing]);
  if (kind === 'direct') return presenceWords(presence.get(others[0] ?? ''), now);
  return areAllKnown ? namesWords([...others, me].sort(), 6) : '';
};

const typingWords = (users: readonly User[]): string =>
  `${namesWords(users, 2)} ${users.length === 1 ? 'is' : 'are'} typing …`;

/** What a change of members says, with `You` for oneself. */
export const eventWords = (from: User, { add, remove }: MemberEvent, me: User): string => {
  const name = (user: User): string => (user === me ? 'you' : user);
  const who = from === me ? 'You' : from;
  if (remove.length === 1 && remove[0] === from && add.length === 0) return `${who} left`;
  const parts = [
    ...(add.length > 0 ? [`added ${namesWords(add.map(name), 12)}`] : []),
    ...(remove.length > 0 ? [`removed ${namesWords(remove.map(name), 12)}`] : []),
  ];
  return `${who} ${parts.join(' and ')}`;
};

const faults: Readonly<Record<string, string>> = {
  'conversation.forbidden': 'You may not do that here. Only whoever founded a group may remove others.',
  'conversation.direct': 'Nobody can be added to a conversation of two. Begin a group instead.',
  'conversation.too_few_members': 'Name somebody other than yourself.',
  'conversation.too_many_members': 'A group can have at most 256 members.',
  'conversation.too_many': 'Somebody is in too many conversations already.',
  'gateway.body_too_big': 'The message is too long.',
  'gateway.rate_limited': 'That was too fast. Wait a moment.',
  'gateway.overloaded': 'The server is busy. Try again in a moment.',
  'store.unavailable': 'The server cannot store anything right now. Try again in a moment.',
  'client.timeout': 'No answer came. Check the connection.',
  'client.closed': 'You are signed out.',
  'client.outbox_full': 'Too many messages wait for the server already.',
  'client.storage': 'The message could not be saved on this device.',
};

export const faultWords = ({ code, message }: Pick<ClientFault, 'code' | 'message'>): string =>
  faults[code] ?? `That did not work: ${message}`;

/** The line at the top while there is no way to the server; undefined: all is well. */
export const bannerWords = ({ connection, isAway }: Model, waiting: number): string | undefined => {
  if (!isAway) return undefined;
  const state = connection === 'offline' ? 'You are offline.' : 'No connection. Trying again …';
  if (waiting === 0) return state;
  return `${state} ${waiting} ${waiting === 1 ? 'message is' : 'messages are'} waiting to be sent.`;
};
