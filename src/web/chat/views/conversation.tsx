/** One conversation: who it is with, its messages, and where the next one is written. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Conv } from '#contract/conversation';
import type { ChatController } from '#web/chat/controller';
import type { PageLimits } from '#web/chat/limits';
import type { Conversation as Shown, Model } from '#web/chat/model';
import { statusWords, titleOf } from '#web/chat/words';
import { Composer } from '#web/chat/views/composer';
import { Avatar, Icon } from '#web/chat/views/icons';
import { Members } from '#web/chat/views/members';
import { MessageList } from '#web/chat/views/message-list';

interface Props {
  readonly conversation: Shown;
  readonly model: Model;
  readonly controller: ChatController;
  readonly limits: PageLimits;
  readonly now: number;
  readonly drafts: Map<Conv, string>;
}

export const Conversation = (props: Props): JSX.Element => {
  const { conversation, model, controller, limits, now, drafts } = props;
  const [isShowingMembers, setIsShowingMembers] = useState(false);
  const { conv, kind, others } = conversation;
  const title = titleOf(conversation);
  const isOnline = kind === 'direct' && model.presence.get(others[0] ?? '')?.state === 'online';
  return (
    <main class="conversation">
      <header>
        <a class="back" href="#/" aria-label="Back to the list">
          <Icon of="back" />
        </a>
        <Avatar name={title} isOnline={isOnline} isGroup={kind === 'group'} />
        <div class="heading">
          <h1 dir="auto">{title}</h1>
          <p class={conversation.typing.size > 0 ? 'status typing' : 'status'}>
            {statusWords(conversation, model, now)}
          </p>
        </div>
        {kind === 'group' && (
          <button type="button" class="plain" aria-label="Members" onClick={() => setIsShowingMembers(true)}>
            <Icon of="people" />
          </button>
        )}
      </header>
      <MessageList
        {...{ conversation, controller, limits }}
        me={model.me}
        today={new Date(now).setHours(0, 0, 0, 0)}
        label={`Messages with ${title}`}
        isLooking={model.isLooking}
      />
      <Composer key={conv} conv={conv} label={`Message to ${title}`} controller={controller} drafts={drafts} />
      {isShowingMembers && (
        <Members {...{ conversation, model, now, controller }} onClose={() => setIsShowingMembers(false)} />
      )}
    </main>
  );
};
