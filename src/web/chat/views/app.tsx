/** The page of somebody who is signed in: the list, and a conversation beside it, or instead where there is no room. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Conv } from '#contract/conversation';
import { goTo, hash, onHash, onLooking } from '#web/chat/browser';
import type { ChatController } from '#web/chat/controller';
import type { PageLimits } from '#web/chat/limits';
import { unreadOf, waitingIn } from '#web/chat/model';
import type { Model } from '#web/chat/model';
import type { Store } from '#web/chat/store';
import { convIn, hashOf } from '#web/chat/token';
import { bannerWords } from '#web/chat/words';
import { Conversation } from '#web/chat/views/conversation';
import { useModel, useNow } from '#web/chat/views/hooks';
import { Icon } from '#web/chat/views/icons';
import { NewConversation } from '#web/chat/views/new-conversation';
import { Sidebar } from '#web/chat/views/sidebar';

interface Props {
  readonly controller: ChatController;
  readonly store: Store;
  readonly limits: PageLimits;
  readonly onSignOut: () => void;
}

const Banner = ({ model, controller }: { model: Model; controller: ChatController }): JSX.Element => {
  const words = bannerWords(model, waitingIn(model));
  return (
    <div class="banner" role="status">
      {words !== undefined && (
        <p>
          {words}
          <button type="button" onClick={() => controller.tryNow()}>
            Try now
          </button>
        </p>
      )}
    </div>
  );
};

const Notice = ({ model, controller }: { model: Model; controller: ChatController }): JSX.Element => (
  <div class="notice" role="status">
    {model.notice !== undefined && (
      <p key={model.notice.n}>
        {model.notice.text}
        <button type="button" class="plain" aria-label="Dismiss" onClick={() => controller.quiet()}>
          <Icon of="close" />
        </button>
      </p>
    )}
  </div>
);

const Nothing = ({ model }: { model: Model }): JSX.Element => (
  <div class="conversation none">
    <p class="hint">
      {model.open === undefined || !model.isLoaded
        ? 'Choose a conversation, or begin one.'
        : 'You are not in this conversation.'}
    </p>
  </div>
);

/** The address says what is looked at, and the other way round. */
const useAddress = ({ controller, store }: Props): void => {
  useEffect(() => {
    const follow = (): void => controller.open(convIn(hash()));
    follow();
    const stops = [onHash(follow), onLooking((isLooking) => controller.look(isLooking))];
    return () => stops.forEach((stop) => stop());
  }, [controller]);
  useEffect(() => {
    let before = store.model.open;
    return store.listen(() => {
      const { open } = store.model;
      // Out of the conversation that the address names; one that is named since then is on its way.
      if (open === undefined && before !== undefined && convIn(hash()) === before) goTo(hashOf(undefined), false);
      before = open;
    });
  }, [store]);
};

const useTitle = (model: Model): void => {
  let unread = 0;
  for (const conversation of model.conversations.values()) unread += unreadOf(conversation);
  const title = unread > 0 ? `(${unread}) Hogmanay` : 'Hogmanay';
  useEffect(() => {
    document.title = title;
  }, [title]);
};

/** Whoever leaves a conversation goes on in the list, where it stands. */
const useFocus = ({ open }: Model): void => {
  const before = useRef<Conv | undefined>(undefined);
  useLayoutEffect(() => {
    const left = open === undefined && before.current !== undefined ? hashOf(before.current) : undefined;
    before.current = open;
    if (left === undefined) return;
    for (const item of document.querySelectorAll<HTMLElement>('.item'))
      if (item.getAttribute('href') === left) item.focus();
  }, [open]);
};

export const App = (props: Props): JSX.Element => {
  const { controller, store, limits, onSignOut } = props;
  const model = useModel(store);
  const now = useNow();
  const [isBeginning, setIsBeginning] = useState(false);
  const drafts = useRef(new Map<Conv, string>());
  useAddress(props);
  useTitle(model);
  useFocus(model);
  const open = model.open === undefined ? undefined : model.conversations.get(model.open);
  const begun = useRef<Conv | undefined>(undefined);
  useEffect(() => {
    // Only once the window above the page is gone can the focus go where the first message is written.
    if (!isBeginning && begun.current !== undefined) goTo(hashOf(begun.current));
    begun.current = undefined;
  }, [isBeginning]);
  return (
    <main class={model.open === undefined ? 'app' : 'app reading'}>
      <h1 class="hidden">Hogmanay</h1>
      <Banner model={model} controller={controller} />
      <Sidebar {...{ model, controller, now, onSignOut }} onNew={() => setIsBeginning(true)} />
      {open === undefined ? (
        <Nothing model={model} />
      ) : (
        <Conversation {...{ model, controller, limits, now }} conversation={open} drafts={drafts.current} />
      )}
      {isBeginning && (
        <NewConversation
          {...{ controller, me: model.me }}
          onClose={() => setIsBeginning(false)}
          onBegun={(conv) => {
            begun.current = conv;
            setIsBeginning(false);
          }}
        />
      )}
      <Notice model={model} controller={controller} />
      <p class="hidden" aria-live="polite">
        {model.said}
      </p>
    </main>
  );
};
