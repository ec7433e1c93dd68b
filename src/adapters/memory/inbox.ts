/** Views over conversations and positions: the inbox of a user, and how far the members of conversations have got. */
import type { Conv, ConversationItem, Member, Seq, User } from '#contract/conversation';
import { isIn } from '#contract/conversation';
import { byPlace, inboxItemOf, placeOfItem } from '#contract/inbox';
import type { InboxPage, InboxPlace } from '#contract/inbox';
import type { Reached } from '#contract/ports/receipts';
import type { Conversations } from '#adapters/memory/conversations';
import type { ReachedPositions } from '#adapters/memory/receipts';

const membersNow = (conversations: Conversations, conv: Conv): Member[] => {
  const outcome = conversations.membersOf(conv);
  return outcome.ok ? outcome.value.members.filter(isIn) : [];
};

export const positionsOf = (
  conversations: Conversations,
  reached: ReachedPositions,
  convs: readonly Conv[],
  membersMax: number,
): ReadonlyMap<Conv, ReadonlyMap<User, Reached>> => {
  const positions = new Map<Conv, ReadonlyMap<User, Reached>>();
  for (const conv of convs) {
    const members = membersNow(conversations, conv);
    if (members.length <= membersMax)
      positions.set(conv, new Map(members.map(({ user }) => [user, reached.of(conv, user)])));
  }
  return positions;
};

/** What the user is in, newest first. */
const standings = (conversations: Conversations, user: User): { item: ConversationItem; since: Seq }[] => {
  const memberships = conversations.conversationsOf(user);
  if (!memberships.ok) return [];
  const found = memberships.value.flatMap(({ conv, since }) => {
    const item = conversations.item(conv);
    return item.ok && item.value !== null ? [{ item: item.value, since }] : [];
  });
  return found.sort((one, other) => byPlace(placeOfItem(one.item), placeOfItem(other.item)));
};

export const inboxPage = (
  conversations: Conversations,
  reached: ReachedPositions,
  user: User,
  limit: number,
  from: InboxPlace | undefined,
): InboxPage => {
  const all = standings(conversations, user);
  const rest = all.filter(({ item }) => from === undefined || byPlace(placeOfItem(item), from) > 0);
  const page = rest.slice(0, limit);
  const end = page.at(-1);
  const items = page.map(({ item, since }) => {
    const members = membersNow(conversations, item.conv).map((member) => member.user);
    const { read } = reached.of(item.conv, user);
    return inboxItemOf({ item, members, user, since, read, last: conversations.lastEntry(item.conv) });
  });
  return { items, next: end !== undefined && rest.length > limit ? placeOfItem(end.item) : null, source: 'embedded' };
};
