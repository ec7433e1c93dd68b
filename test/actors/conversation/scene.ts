/** A conversation actor alone: ports answered by hand, virtual time. */
import type { LimitName } from '#contract/limits';
import { conversationBehaviour } from '#actors/conversation/behaviour';
import type { ConversationKit } from '#actors/conversation/state';
import type { Submit } from '#actors/messages';
import { probe } from '#testkit/probe';
import type { asker, numbered } from '#test/actors/kit';
import {
  heldBus,
  heldMembers,
  heldReceipts,
  heldStore,
  ids,
  item,
  limitsWith,
  member,
  neighbours,
} from '#test/actors/kit';

/** `more`: ports that only some backends have. */
export const start = (
  limits: Partial<Record<LimitName, number>> = {},
  more: Pick<ConversationKit['ports'], 'pending' | 'baton'> = {},
) => {
  const store = heldStore();
  const members = heldMembers();
  const receipts = heldReceipts();
  const bus = heldBus();
  const { delivery } = neighbours();
  const ports = { store, members, receipts, bus, ...more };
  const kit = { node: 'n1', ports, ids, limits: limitsWith(limits), delivery };
  const actor = probe(conversationBehaviour('c1', kit), { limits });
  return { store, members, receipts, bus, delivery, ...actor };
};

type Actor = ReturnType<typeof start>;

export const submit = (from: ReturnType<typeof asker>, id: string): Submit => ({
  t: 'submit',
  asker: from,
  id,
  body: `body of ${id}`,
  meta: undefined,
  at: 0,
});

/** Answers the first strong read. */
export const load = ({ store, members, settle }: Actor, given = item(), users = [member('alice'), member('bob')]) => {
  store.item.take().answer(given);
  settle();
  members.of.take().answer({ memVersion: given.memVersion, members: users });
  settle();
};

export const appended = ({ store, settle }: Actor, lastSeq: number, ...numbers: ReturnType<typeof numbered>[]) => {
  store.append
    .take()
    .answer({ kind: 'appended', item: item({ lastSeq, fannedTo: 0, dirtySince: 0 }), results: numbers });
  settle();
};
