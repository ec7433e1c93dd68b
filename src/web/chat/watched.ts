/** Whose presence the page shows: who is in the conversation that is looked at, then the others of the list. */
import type { User } from '#contract/conversation';
import { listed } from '#web/chat/model';
import type { Model } from '#web/chat/model';

/** Each once, at most so many. */
export const watchedIn = (model: Model, most: number): User[] => {
  const open = model.open === undefined ? [] : (model.conversations.get(model.open)?.others ?? []);
  const rest = listed(model).flatMap(({ kind, others }) => (kind === 'direct' ? others : []));
  return [...new Set([...open, ...rest])].slice(0, most);
};
