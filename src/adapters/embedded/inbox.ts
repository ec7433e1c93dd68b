/** The inbox, read from the conversations themselves: nothing of it is stored twice. */
import { isIn } from '#contract/conversation';
import type { ConversationItem, Seq, User } from '#contract/conversation';
import { ok } from '#contract/effects';
import { byPlace, inboxItemOf, placeOfItem } from '#contract/inbox';
import type { InboxItem } from '#contract/inbox';
import type { Inbox } from '#contract/ports/inbox';
import { readNow } from '#adapters/embedded/read-now';
import type { Reading } from '#adapters/embedded/reading';
import type { ReachedPositions } from '#adapters/embedded/receipts';

interface Found {
  readonly item: ConversationItem;
  readonly since: Seq;
}

export const embeddedInbox = (reading: Reading, reached: ReachedPositions): Inbox => {
  const itemOf = (user: User, { item, since }: Found): InboxItem => {
    const { conv, lastSeq } = item;
    const members = reading
      .membersOf(conv)
      .members.filter(isIn)
      .map((member) => member.user);
    const last = lastSeq === 0 ? undefined : reading.entry(conv, lastSeq);
    return inboxItemOf({ item, members, user, since, read: reached.of(conv, user).read, last });
  };
  return {
    page: (user, limit, from) =>
      readNow(() => {
        const found: Found[] = [];
        for (const { conv, since } of reading.conversationsOf(user)) {
          const item = reading.item(conv);
          if (item !== null && (from === undefined || byPlace(placeOfItem(item), from) > 0))
            found.push({ item, since });
        }
        found.sort((one, other) => byPlace(placeOfItem(one.item), placeOfItem(other.item)));
        const page = found.slice(0, limit);
        const last = page.at(-1);
        return ok({
          items: page.map((one) => itemOf(user, one)),
          next: last !== undefined && found.length > limit ? placeOfItem(last.item) : null,
          source: 'embedded',
        });
      }),
  };
};
