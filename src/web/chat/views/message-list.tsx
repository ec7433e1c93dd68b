/**
 * The messages of a conversation. A window of them is in the document; near its ends it moves on, and what somebody
 * looks at stays where it is on the screen while lines come and go above and below.
 */
import type { JSX } from 'preact';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Conv, Seq, User } from '#contract/conversation';
import type { PageLimits } from '#web/chat/limits';
import { unreadOf } from '#web/chat/model';
import type { Conversation, Pending } from '#web/chat/model';
import { itemsOf, keyOf, rowsOf, shownOf, slid } from '#web/chat/rows';
import type { ChatController } from '#web/chat/controller';
import { Icon } from '#web/chat/views/icons';
import { Line } from '#web/chat/views/message';

interface Props {
  readonly conversation: Conversation;
  readonly me: User;
  readonly controller: ChatController;
  readonly limits: PageLimits;
  readonly today: number;
  readonly label: string;
  readonly isLooking: boolean;
}

/** So close to an end, in pixels, the window moves on. */
const nearPx = 500;
/** No line is lower than half of this: a window of lines must be higher than what one sees of it. */
const linePx = 18;
/** So close to the bottom counts as there. */
const bottomPx = 24;

/** What stays in place: the bottom, or a line so many pixels below the upper edge. */
type Anchor = 'bottom' | { readonly key: string; readonly offset: number };

const linesOf = (box: HTMLElement): HTMLElement[] => [...box.querySelectorAll<HTMLElement>('li[data-key]')];

const anchorOf = (box: HTMLElement): Anchor => {
  const top = box.getBoundingClientRect().top;
  // Days are drawn anew when the window moves; messages are what stays.
  const line = linesOf(box).find(
    (each) => each.dataset['seq'] !== undefined && each.getBoundingClientRect().bottom > top,
  );
  if (line === undefined) return 'bottom';
  return { key: line.dataset['key'] ?? '', offset: line.getBoundingClientRect().top - top };
};

const restore = (box: HTMLElement, anchor: Anchor): void => {
  if (anchor === 'bottom') {
    box.scrollTop = box.scrollHeight;
    return;
  }
  const line = linesOf(box).find(({ dataset }) => dataset['key'] === anchor.key);
  if (line === undefined) return;
  const offset = line.getBoundingClientRect().top - box.getBoundingClientRect().top;
  if (Math.abs(offset - anchor.offset) >= 1) box.scrollTop += offset - anchor.offset;
};

/** The highest number whose line has come into sight. */
const seenIn = (box: HTMLElement): Seq => {
  const bottom = box.getBoundingClientRect().bottom + bottomPx;
  const seen = linesOf(box).findLast(
    (line) => line.dataset['seq'] !== undefined && line.getBoundingClientRect().bottom <= bottom,
  );
  return Number(seen?.dataset['seq'] ?? 0);
};

const isAtBottom = (box: HTMLElement): boolean => box.scrollHeight - box.scrollTop - box.clientHeight <= bottomPx;

/** Keeps the place while lines come and go, moves the window on, and tells what was seen. */
const useScrolling = ({ conversation, controller, limits, isLooking }: Props) => {
  const box = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor>('bottom');
  const place = useRef<{ conv: Conv; pending: string | undefined } | undefined>(undefined);
  const [isAway, setIsAway] = useState(false);
  const [height, setHeight] = useState(0);
  const most = Math.max(limits['rows.shown'], Math.ceil(height / linePx));
  const { conv, view } = conversation;
  const items = useMemo(() => itemsOf(conversation), [conversation.run, conversation.pending]);
  const { from, items: shown } = shownOf(items, view, most);
  const isLast = from + shown.length >= items.length;
  const isWhole = isLast && conversation.run?.reachesEnd === true;

  const look = useCallback((): void => {
    const here = box.current;
    if (here === null) return;
    const isBelow = isWhole && isAtBottom(here);
    anchor.current = isBelow ? 'bottom' : anchorOf(here);
    setIsAway(!isBelow);
    controller.seen(conv, isBelow ? conversation.seq : seenIn(here));
    const isNearTop = here.scrollTop < nearPx;
    const isNearEnd = here.scrollHeight - here.scrollTop - here.clientHeight < nearPx;
    // What is in sight stays in the document.
    const above = shown.findIndex((item) => isBelow || keyOf(item) === (anchor.current as { key?: string }).key);
    const step = Math.min(limits['rows.step'], above);
    if (isNearTop && from > 0) controller.view(conv, slid(items, view, 'up', limits['rows.step'], most));
    else if (isNearEnd && !isLast && step > 0) controller.view(conv, slid(items, view, 'down', step, most));
    else if (conversation.isStuck && (isNearTop || isNearEnd)) controller.view(conv, view);
  }, [conversation, items, isWhole, isLast, from, most]);

  useLayoutEffect(() => {
    const here = box.current;
    if (here === null) return;
    const last = conversation.pending.at(-1)?.id;
    const before = place.current;
    const isOther = before?.conv !== conv;
    // Whoever sends wants to see it.
    if (isOther || (last !== undefined && last !== before?.pending)) anchor.current = 'bottom';
    const line = isOther ? here.querySelector('li.new') : null;
    if (conversation.run !== undefined) place.current = { conv, pending: last };
    if (line === null) restore(here, anchor.current);
    else here.scrollTop += line.getBoundingClientRect().top - here.getBoundingClientRect().top - nearPx / 6;
    look();
  }, [conversation, isLooking]);

  useLayoutEffect(() => {
    const here = box.current;
    if (here === null) return undefined;
    // The keyboard of a phone, a window that is made smaller: the bottom stays in sight.
    const resizing = new ResizeObserver(() => {
      setHeight(here.clientHeight);
      restore(here, anchor.current);
    });
    resizing.observe(here);
    return () => resizing.disconnect();
  }, []);
  return { box, look, isAway, most };
};

export const MessageList = (props: Props): JSX.Element => {
  const { conversation, me, controller, limits, today, label } = props;
  const { conv, run, kind, loading } = conversation;
  const { box, look, isAway, most } = useScrolling(props);
  const rows = rowsOf(conversation, me, most, limits['members.receipts']);
  const onRetry = useCallback((pending: Pending) => controller.retry(conv, pending), [conv, controller]);
  const onDiscard = useCallback((id: string) => controller.discard(conv, id), [conv, controller]);
  const unread = unreadOf(conversation);
  const isEmpty = run !== undefined && rows.length === 0 && loading === undefined;
  return (
    <div class="messages">
      <div class="scroller" ref={box} onScroll={look} tabIndex={0} role="region" aria-label={label}>
        {run === undefined && <p class="hint">Loading …</p>}
        {isEmpty && <p class="hint">No messages yet. Write the first one.</p>}
        <ol class="lines">
          {rows.map((row) => (
            <Line
              key={row.key}
              row={row}
              me={me}
              isGroup={kind === 'group'}
              today={today}
              onRetry={onRetry}
              onDiscard={onDiscard}
            />
          ))}
        </ol>
      </div>
      {isAway && run !== undefined && (
        <button type="button" class="newest" onClick={() => controller.toNewest(conv)}>
          <Icon of="down" />
          <span class="hidden">To the newest message</span>
          {unread > 0 && <span class="count">{unread}</span>}
        </button>
      )}
    </div>
  );
};
