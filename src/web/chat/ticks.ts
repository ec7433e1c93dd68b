/** How far a message of one's own has got, and how that is said. */
import type { MessageState } from '#client/events';
import type { Seq } from '#contract/conversation';
import type { Conversation } from '#web/chat/model';

/**
 * Of a stored message: delivered once everybody else has it, read once everybody else has read it. Nobody hears of
 * that in groups of more than `most`.
 */
export const tickOf = (conversation: Conversation, seq: Seq, most: number): MessageState => {
  const { others, areAllKnown, positions } = conversation;
  if (!areAllKnown || others.length === 0 || others.length + 1 > most) return 'stored';
  const reached = others.map((user) => positions.get(user) ?? { delivered: 0, read: 0 });
  if (reached.every(({ read }) => read >= seq)) return 'read';
  return reached.every(({ delivered, read }) => Math.max(delivered, read) >= seq) ? 'delivered' : 'stored';
};

/** For who does not see the ticks, and for who does not know them. */
export const tickWords: Readonly<Record<MessageState, string>> = {
  sending: 'Sending',
  queued: 'Queued: the server has it and delivers it soon',
  stored: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Not sent',
};
