/** Which part of a conversation is to be asked for next: what is in the document, and a little ahead of it. */
import type { PageLimits } from '#web/chat/limits';
import { change } from '#web/chat/model';
import type { Conversation, Model } from '#web/chat/model';
import { itemsOf, shownOf } from '#web/chat/rows';
import { lastOf } from '#web/chat/run';

export type Part = NonNullable<Conversation['loading']>;

/** Undefined: nothing is missing near what is shown, or it is on its way. */
export const missingIn = (conversation: Conversation, limits: PageLimits): Part | undefined => {
  const { run, view, loading, isStuck } = conversation;
  if (loading !== undefined || isStuck) return undefined;
  if (run === undefined) return 'newest';
  const most = limits['rows.shown'];
  const { items, from } = shownOf(itemsOf(conversation), view, most);
  const below = run.messages.length - from - items.length;
  if (!run.reachesEnd && (view === 'end' || below < most)) return 'newer';
  return !run.reachesStart && from < most ? 'older' : undefined;
};

/** How `history` is asked for it. */
export const boundsOf = ({ run }: Conversation, part: Part): { readonly before?: number; readonly after?: number } => {
  const first = run?.messages[0]?.seq;
  if (run === undefined || first === undefined || part === 'newest') return {};
  return part === 'older' ? { before: first } : { after: lastOf(run) };
};

/** Conversations that nobody looks at keep their messages while there are few such; `recent`: looked at last, first. */
export const withoutOldest = (model: Model, recent: readonly string[], most: number): Model => {
  let next = model;
  for (const conv of recent.slice(most)) next = change(next, conv, (before) => ({ ...before, run: undefined }));
  return next;
};
