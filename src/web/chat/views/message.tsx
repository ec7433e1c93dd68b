/** One line of a conversation. */
import { memo } from '#web/chat/views/memo';
import type { JSX } from 'preact';
import type { User } from '#contract/conversation';
import type { Pending } from '#web/chat/model';
import type { MessageRow, Row } from '#web/chat/rows';
import { dayWords, eventWords, faultWords, timeOf } from '#web/chat/words';
import { Body } from '#web/chat/views/body';
import { hueClass, Tick } from '#web/chat/views/icons';

export interface LineProps {
  readonly row: Row;
  readonly me: User;
  readonly isGroup: boolean;
  /** Midnight of the reader's day, so that `Today` becomes `Yesterday`. */
  readonly today: number;
  readonly onRetry: (pending: Pending) => void;
  readonly onDiscard: (id: string) => void;
}

const Failure = ({ pending, onRetry, onDiscard }: { pending: Pending } & Pick<LineProps, 'onRetry' | 'onDiscard'>) => (
  <div class="failure">
    <span>{pending.fault === undefined ? 'Not sent.' : faultWords(pending.fault)}</span>
    <button type="button" onClick={() => onRetry(pending)}>
      Try again
    </button>
    <button type="button" onClick={() => onDiscard(pending.id)}>
      Delete
    </button>
  </div>
);

const Message = ({ row, isGroup, onRetry, onDiscard }: Omit<LineProps, 'row'> & { row: MessageRow }): JSX.Element => {
  const { key, seq, from, isOwn, isFirst, body, at, tick, pending } = row;
  const isFailed = pending?.state === 'failed';
  return (
    <li class={`line${isOwn ? ' own' : ''}${isFirst ? ' first' : ''}`} data-key={key} data-seq={seq}>
      <div class={isFailed ? 'bubble failed' : 'bubble'}>
        {isFirst && (
          <span class={isGroup && !isOwn ? `from ${hueClass(from)}` : 'from hidden'}>{isOwn ? 'You' : from}</span>
        )}
        <Body text={body} />
        <span class="when">
          <time dateTime={new Date(at).toISOString()}>{timeOf(at)}</time>
          {tick !== undefined && <Tick state={tick} />}
        </span>
      </div>
      {isFailed && <Failure pending={pending} onRetry={onRetry} onDiscard={onDiscard} />}
    </li>
  );
};

/** Drawn again only when something of it has changed. */
export const Line = memo(
  (props: LineProps): JSX.Element => {
    const { row, me, today } = props;
    if (row.kind === 'message') return <Message {...props} row={row} />;
    if (row.kind === 'day')
      return (
        <li class="day" data-key={row.key}>
          <span>{dayWords(row.at, today)}</span>
        </li>
      );
    if (row.kind === 'new')
      return (
        <li class="new" data-key={row.key}>
          <span>New messages</span>
        </li>
      );
    return (
      <li class="event" data-key={row.key} data-seq={row.seq}>
        <span>{eventWords(row.from, row.event, me)}</span>
      </li>
    );
  },
  (before, after) => before.today === after.today && before.isGroup === after.isGroup && isSame(before.row, after.row),
);

const isSame = (one: Row, other: Row): boolean => {
  const names = Object.keys(other) as (keyof Row)[];
  return names.every((name) => one[name] === other[name]);
};
