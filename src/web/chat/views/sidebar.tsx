/** The list of conversations, the newest first, and what is about oneself. */
import type { JSX } from 'preact';
import type { ChatController } from '#web/chat/controller';
import { listed, unreadOf } from '#web/chat/model';
import type { Conversation, Model } from '#web/chat/model';
import { hashOf } from '#web/chat/token';
import { statusWords, titleOf, whenWords } from '#web/chat/words';
import { Avatar, Icon } from '#web/chat/views/icons';

interface ItemProps {
  readonly conversation: Conversation;
  readonly model: Model;
  readonly now: number;
}

const previewWords = ({ conversation, model, now }: ItemProps): string => {
  const { typing, pending, preview } = conversation;
  if (typing.size > 0) return statusWords(conversation, model, now);
  const last = pending.at(-1);
  if (last === undefined) return preview;
  return last.state === 'failed' ? `Not sent: ${last.body}` : last.body;
};

const Item = (props: ItemProps): JSX.Element => {
  const { conversation, model, now } = props;
  const { conv, kind, others, at, pending, typing } = conversation;
  const title = titleOf(conversation);
  const unread = unreadOf(conversation);
  const isOpen = model.open === conv;
  const isOnline = kind === 'direct' && model.presence.get(others[0] ?? '')?.state === 'online';
  const words = typing.size > 0 ? 'preview typing' : 'preview';
  return (
    <li>
      <a href={hashOf(conv)} class={unread > 0 ? 'item unread' : 'item'} aria-current={isOpen ? 'page' : undefined}>
        <Avatar name={title} isOnline={isOnline} isGroup={kind === 'group'} />
        <span class="title" dir="auto">
          {title}
        </span>
        <time>{whenWords(Math.max(at, pending.at(-1)?.at ?? 0), now)}</time>
        <span class={words} dir="auto">
          {previewWords(props)}
        </span>
        {unread > 0 && (
          <span class="count">
            {unread > 999 ? '999+' : unread}
            <span class="hidden"> unread</span>
          </span>
        )}
        {isOnline && <span class="hidden">, online</span>}
      </a>
    </li>
  );
};

interface Props {
  readonly model: Model;
  readonly controller: ChatController;
  readonly now: number;
  readonly onNew: () => void;
  readonly onSignOut: () => void;
}

/** So close to its end, in pixels, more of the list is asked for. */
const nearPx = 400;

export const Sidebar = ({ model, controller, now, onNew, onSignOut }: Props): JSX.Element => {
  const conversations = listed(model);
  const more = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: { currentTarget: HTMLElement }): void => {
    if (scrollHeight - scrollTop - clientHeight < nearPx) controller.listMore();
  };
  return (
    <div class="sidebar">
      <header>
        <Avatar name={model.me} />
        <p class="me">{model.me}</p>
        <button type="button" class="plain" onClick={onSignOut}>
          Sign out
        </button>
        <button type="button" class="plain" aria-label="New conversation" onClick={onNew}>
          <Icon of="write" />
        </button>
      </header>
      <nav aria-label="Conversations" onScroll={more}>
        {!model.isLoaded && <p class="hint">Loading …</p>}
        {model.isLoaded && conversations.length === 0 && (
          <p class="hint">
            No conversations yet.
            <button type="button" class="main" onClick={onNew}>
              Begin one
            </button>
          </p>
        )}
        <ul>
          {conversations.map((conversation) => (
            <Item key={conversation.conv} {...{ conversation, model, now }} />
          ))}
        </ul>
      </nav>
    </div>
  );
};
