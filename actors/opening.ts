/** What `open` asks for, whoever asks: which conversation, of what kind, with whom. */
import type { Conv, User } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import type { OpenFrame } from '#contract/frames';
import type { Limits } from '#contract/limits';
import type { Ids } from '#contract/ports/system';
import type { Asker, Open } from '#actors/messages';

interface Opening {
  readonly conv: Conv;
  readonly message: Open;
}

/** One other member and no title: the direct conversation of the pair. Else the group of that user and id. */
export const openingOf = (
  { ids, limits }: { readonly ids: Ids; readonly limits: Limits },
  asker: Asker,
  { id, members, title }: OpenFrame,
): Opening | Fault => {
  const me = asker.user;
  const others = [...new Set<User>(members)].filter((user) => user !== me);
  const [other] = others;
  if (other === undefined) return fault('conversation.too_few_members', 'a conversation needs somebody else');
  const most = limits['members.max'];
  if (others.length + 1 > most)
    return fault('conversation.too_many_members', `a conversation has at most ${most} members`);
  const direct = others.length === 1 && title === undefined;
  const conv = direct ? ids.directConversation(me, other) : ids.groupConversation(me, id);
  const kind = direct ? 'direct' : 'group';
  return { conv, message: { t: 'open', asker, id, kind, founders: [me, ...others], title } };
};
