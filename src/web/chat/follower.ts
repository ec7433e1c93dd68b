/**
 * What follows from each change of the model: what is missing near what is shown is asked for, and those whose presence
 * is to be seen are watched.
 */
import type { Chat } from '#client/chat';
import type { ClientFault } from '#client/events';
import type { Conv } from '#contract/conversation';
import type { PageLimits } from '#web/chat/limits';
import { boundsOf, missingIn } from '#web/chat/loading';
import type { Part } from '#web/chat/loading';
import { change } from '#web/chat/model';
import type { Store } from '#web/chat/store';
import { withPage } from '#web/chat/update';
import { watchedIn } from '#web/chat/watched';

export interface FollowerOptions {
  readonly chat: Pick<Chat, 'history' | 'watch'>;
  readonly store: Store;
  readonly limits: PageLimits;
  /** A part of a conversation could not be had. */
  readonly failed: (fault: ClientFault) => void;
}

const load = ({ chat, store, limits, failed }: FollowerOptions, conv: Conv, part: Part): void => {
  const before = store.model.conversations.get(conv);
  if (before === undefined) return;
  store.change((model) => change(model, conv, (one) => ({ ...one, loading: part })));
  chat.history(conv, boundsOf(before, part), limits['history.page']).then(
    ({ messages, more }) => store.change((model) => withPage(model, conv, { where: part, messages, more }, limits)),
    (fault: ClientFault) => {
      store.change((model) => change(model, conv, (one) => ({ ...one, loading: undefined, isStuck: true })));
      if (fault.code !== 'client.closed') failed(fault);
    },
  );
};

/** To be called after each change. */
export const follower = (options: FollowerOptions): (() => void) => {
  const { chat, store, limits } = options;
  let watched = '';
  return () => {
    const { open, conversations } = store.model;
    const shown = open === undefined ? undefined : conversations.get(open);
    const part = shown && missingIn(shown, limits);
    if (shown !== undefined && part !== undefined) load(options, shown.conv, part);
    const users = watchedIn(store.model, limits['watched.users']);
    if (users.join() === watched) return;
    watched = users.join();
    chat.watch(users);
  };
};
