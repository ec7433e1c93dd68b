/** An entry as the wire shows it. */
import type { Conv, Entry } from '#contract/conversation';
import type { FrameOf, WireMessage } from '#contract/frames';

export const wireMessage = (conv: Conv, entry: Entry): FrameOf<'message'> => ({
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

/** The same without `t`, as in history. */
export const pageMessage = (conv: Conv, entry: Entry): WireMessage => {
  const { t: _, ...message } = wireMessage(conv, entry);
  return message;
};
