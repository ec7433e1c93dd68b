// What tests of the page's logic begin with: messages, conversations, a model with some of them.
import type { WireMessage } from '#contract/frames';
import { pageLimits } from '#web/chat/limits';
import { emptyModel, newConversation } from '#web/chat/model';
import type { Conversation, Model } from '#web/chat/model';

export const limits = pageLimits();

/** Noon of a day in the reader's own zone. */
export const noon = new Date(2026, 11, 31, 12).getTime();
const minuteMs = 60_000;

export const message = (seq: number, more: Partial<WireMessage> = {}): WireMessage => ({
  conv: 'c',
  seq,
  mid: `mid-${seq}`,
  from: 'bob',
  id: `id-${seq}`,
  body: `message ${seq}`,
  at: noon + seq * minuteMs,
  ...more,
});

export const messages = (from: number, to: number): WireMessage[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => message(from + n));

/** A conversation of alice and bob with so many messages, all of them here. */
export const conversation = (count: number, more: Partial<Conversation> = {}): Conversation => ({
  ...newConversation('c', 'direct'),
  others: ['bob'],
  areAllKnown: true,
  seq: count,
  run: { messages: messages(1, count), reachesStart: true, reachesEnd: true },
  ...more,
});

export const modelWith = (...conversations: Conversation[]): Model => ({
  ...emptyModel('alice'),
  isLoaded: true,
  conversations: new Map(conversations.map((one) => [one.conv, one])),
});

/** The one conversation of a model, which must be there. */
export const only = (model: Model, conv = 'c'): Conversation => {
  const found = model.conversations.get(conv);
  if (found === undefined) throw new Error(`no conversation ${conv}`);
  return found;
};
