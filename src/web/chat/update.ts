/** What happens, and what the page knows after it: pure functions from one model to the next. */
import type { ClientEvents } from '#client/events';
import type { Conv, Millis, Seq, User } from '#contract/conversation';
import type { FrameOf, WireMessage } from '#contract/frames';
import type { InboxItem } from '#contract/inbox';
import type { PageLimits } from '#web/chat/limits';
import { change, newConversation, unreadOf } from '#web/chat/model';
import type { Conversation, Model, Pending, Position } from '#web/chat/model';
import { rewound, withMessage as joined, withPage as withPageJoined } from '#web/chat/run';
import type { Page } from '#web/chat/run';
import { titleOf } from '#web/chat/words';

/** An inbox names up to so many of the others. */
const namedMost = 10;

const previewOf = (body: string): string => [...body.slice(0, 400)].slice(0, 100).join('');

const without = (users: readonly User[], gone: readonly User[]): User[] => users.filter((user) => !gone.includes(user));

const put = (model: Model, conversation: Conversation): Model => ({
  ...model,
  conversations: new Map(model.conversations).set(conversation.conv, conversation),
});

/** A page of the list of conversations. */
export const withInbox = (model: Model, items: readonly InboxItem[], next: string | undefined): Model => {
  const conversations = new Map(model.conversations);
  for (const item of items) conversations.set(item.conv, withItem(conversations.get(item.conv), item));
  return { ...model, conversations, nextPage: next, isLoaded: true };
};

const withItem = (known: Conversation | undefined, item: InboxItem): Conversation => {
  const before = known ?? newConversation(item.conv, item.kind);
  const isWhole = item.kind === 'direct' || item.members.length < namedMost;
  const members = isWhole || !before.areAllKnown ? { others: [...item.members], areAllKnown: isWhole } : {};
  const isNewer = item.seq >= before.seq;
  return {
    ...before,
    ...members,
    ...(item.title === undefined ? {} : { title: item.title }),
    kind: item.kind,
    since: item.since,
    seq: Math.max(before.seq, item.seq),
    at: isNewer ? item.at : before.at,
    preview: isNewer ? item.preview : before.preview,
    readSeq: Math.max(before.readSeq, item.seq - item.unread),
  };
};

/** Somebody has begun a conversation with us, or we have. */
export const withOpened = (model: Model, opened: Omit<FrameOf<'opened'>, 't'>, now: Millis): Model => {
  const { conv, kind, members, title, since, seq } = opened;
  const known = model.conversations.get(conv);
  // How far we have read what there was before is not said here: what is new will say so itself.
  const before = known ?? { ...newConversation(conv, kind), at: now, seq, readSeq: seq };
  const others = without(members, [model.me]);
  const named = title === undefined ? {} : { title };
  return put(model, { ...before, ...named, others, areAllKnown: true, since, seq: Math.max(before.seq, seq) });
};

export const withMembers = (model: Model, { conv, members, since }: Omit<FrameOf<'members'>, 't' | 'id'>): Model =>
  change(model, conv, (before) => ({ ...before, others: without(members, [model.me]), areAllKnown: true, since }));

export const withRemoved = (model: Model, conv: Conv): Model => {
  const before = model.conversations.get(conv);
  if (before === undefined) return model;
  const conversations = new Map(model.conversations);
  conversations.delete(conv);
  const open = model.open === conv ? undefined : model.open;
  return withNotice({ ...model, conversations, open }, `You are no longer in ${titleOf(before)}.`);
};

export const withNotice = (model: Model, text: string): Model => ({
  ...model,
  notice: { n: (model.notice?.n ?? 0) + 1, text },
});

/** A message has come, of anybody. */
export const withMessage = (model: Model, message: WireMessage, limits: PageLimits): Model => {
  const { conv, seq, from, body, event } = message;
  const { me, open, isLooking } = model;
  const isOwn = from === me;
  const isSeen = open === conv && isLooking;
  const changed = change(model, conv, (before) => {
    const keep = before.view === 'end' ? 'end' : 'start';
    const isFirstNew = !isOwn && open === conv && !isLooking && unreadOf(before) === 0;
    const typing = new Set(before.typing);
    typing.delete(from);
    return {
      ...before,
      ...(seq < before.seq ? {} : { seq, at: message.at, preview: event === undefined ? previewOf(body) : '' }),
      ...(event === undefined
        ? {}
        : { others: [...new Set(without([...before.others, ...event.add], [...event.remove, me]))] }),
      readSeq: isOwn ? Math.max(before.readSeq, seq) : before.readSeq,
      run: before.run && joined(before.run, message, keep, limits['history.held']),
      pending: isOwn ? before.pending.filter(({ id }) => id !== message.id) : before.pending,
      positions: isOwn ? before.positions : reached(before.positions, from, { delivered: seq, read: seq }),
      newFrom: isFirstNew ? seq : before.newFrom,
      typing,
    };
  });
  if (isOwn || changed === model || event !== undefined) return changed;
  return { ...changed, said: isSeen ? `${from}: ${previewOf(body)}` : `New message from ${from}` };
};

const reached = (
  positions: ReadonlyMap<User, Position>,
  user: User,
  { delivered, read }: Position,
): ReadonlyMap<User, Position> => {
  const before = positions.get(user) ?? { delivered: 0, read: 0 };
  if (delivered <= before.delivered && read <= before.read) return positions;
  const after = { delivered: Math.max(delivered, before.delivered), read: Math.max(read, before.read) };
  return new Map(positions).set(user, after);
};

/** Somebody has got further, perhaps oneself on another device. */
export const withReceipt = (model: Model, { kind, conv, user, seq }: ClientEvents['receipt']): Model => {
  if (user === model.me) return kind === 'read' ? withRead(model, conv, seq) : model;
  const position = kind === 'read' ? { delivered: seq, read: seq } : { delivered: seq, read: 0 };
  return change(model, conv, (before) => ({ ...before, positions: reached(before.positions, user, position) }));
};

export const withRead = (model: Model, conv: Conv, seq: Seq): Model =>
  change(model, conv, (before) => (seq <= before.readSeq ? before : { ...before, readSeq: seq }));

/** The server has nothing above `to`. */
export const withRewound = (model: Model, conv: Conv, to: Seq): Model =>
  change(model, conv, (before) => ({
    ...before,
    seq: Math.min(before.seq, to),
    readSeq: Math.min(before.readSeq, to),
    run: before.run && rewound(before.run, to),
  }));

/** Too much was missed for it to be shown one by one: what is held does not go on where the new begins. */
export const withGap = (model: Model, conv: Conv, to: Seq): Model =>
  change(model, conv, (before) => ({ ...before, seq: Math.max(before.seq, to), run: undefined, view: 'end' }));

/** A message of one's own that is to be sent: it takes the line `New messages` away. */
export const withPending = (model: Model, conv: Conv, pending: Pending): Model =>
  change(model, conv, (before) => {
    if (before.pending.some(({ id }) => id === pending.id)) return before;
    return { ...before, pending: [...before.pending, pending], newFrom: 0 };
  });

export const withState = (model: Model, { id, conv, state, fault }: ClientEvents['state']): Model =>
  change(model, conv, (before) => {
    if (!before.pending.some((pending) => pending.id === id)) return before;
    const after = (pending: Pending): Pending =>
      fault === undefined ? { ...pending, state } : { ...pending, state, fault };
    return { ...before, pending: before.pending.map((pending) => (pending.id === id ? after(pending) : pending)) };
  });

/** It failed, and whoever wrote it does not want it any more. */
export const withoutPending = (model: Model, conv: Conv, id: string): Model =>
  change(model, conv, (before) => ({ ...before, pending: before.pending.filter((pending) => pending.id !== id) }));

export const withTyping = (model: Model, conv: Conv, user: User, isTyping: boolean): Model =>
  change(model, conv, (before) => {
    if (before.typing.has(user) === isTyping) return before;
    const typing = new Set(before.typing);
    if (isTyping) typing.add(user);
    else typing.delete(user);
    return { ...before, typing };
  });

export const withPresence = (model: Model, { user, state, lastSeenAt }: ClientEvents['presence']): Model => ({
  ...model,
  presence: new Map(model.presence).set(user, { state, lastSeenAt }),
});

/** A part of the history has come. Whoever wrote something there had read what was before it. */
export const withPage = (model: Model, conv: Conv, page: Page, limits: PageLimits): Model =>
  change(model, conv, (before) => {
    // What it was to be joined to is not held any more.
    if (before.run === undefined && page.where !== 'newest') return { ...before, loading: undefined };
    const run = withPageJoined(before.run, page, before.seq, limits['history.held']);
    let { positions } = before;
    for (const { from, seq } of page.messages)
      if (from !== model.me) positions = reached(positions, from, { delivered: seq, read: seq });
    const ids = new Set(page.messages.filter(({ from }) => from === model.me).map(({ id }) => id));
    const pending = before.pending.filter(({ id }) => !ids.has(id));
    const last = run.messages.at(-1);
    const isNewer = last !== undefined && last.seq >= before.seq;
    const preview = last?.event === undefined ? previewOf(last?.body ?? '') : '';
    const newest = isNewer ? { seq: last.seq, at: last.at, preview } : {};
    return { ...before, ...newest, run, positions, pending, loading: undefined, isStuck: false };
  });

/** A conversation is looked at from now on, the newest first; or none. */
export const withOpen = (model: Model, conv: Conv | undefined): Model => {
  if (model.open === conv) return model;
  const left = model.open === undefined ? model : change(model, model.open, (before) => ({ ...before, newFrom: 0 }));
  const known = conv !== undefined && left.conversations.has(conv) ? conv : undefined;
  if (known === undefined) return { ...left, open: conv };
  const looked = change(left, known, (before) => {
    const newFrom = unreadOf(before) > 0 ? Math.max(before.readSeq + 1, before.since) : 0;
    const run = before.run?.reachesEnd === false ? undefined : before.run;
    return { ...before, newFrom, run, view: 'end', isStuck: false };
  });
  return { ...looked, open: known };
};
