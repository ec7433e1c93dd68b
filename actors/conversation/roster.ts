/** The members of one conversation and what each of them may do: pure decisions over one version of the list. */
import { byStanding, hears, isIn } from '#contract/conversation';
import type { ConversationItem, Member, MemberEvent, Seq, User } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Fault } from '#contract/effects';
import type { MemberList } from '#contract/ports/store';

export interface Roster {
  readonly version: number;
  readonly byUser: ReadonlyMap<User, Member>;
  /** How many are in. */
  readonly size: number;
}

const counted = (version: number, byUser: ReadonlyMap<User, Member>): Roster => {
  let size = 0;
  for (const member of byUser.values()) if (isIn(member)) size += 1;
  return { version, byUser, size };
};

/** Before anything is known. */
export const noRoster = counted(-1, new Map());

export const rosterOf = (list: MemberList): Roster =>
  counted(list.memVersion, new Map(list.members.map((member) => [member.user, member])));

/** The member who is in now, or undefined. */
export const memberNow = (roster: Roster, user: User): Member | undefined => {
  const member = roster.byUser.get(user);
  return member !== undefined && isIn(member) ? member : undefined;
};

/** Who is in, in order of standing. */
export const usersNow = (roster: Roster): User[] =>
  [...roster.byUser.values()]
    .filter(isIn)
    .sort(byStanding)
    .map((member) => member.user);

/** Who hears of number `seq`, in order of standing. */
export const hearersOf = (roster: Roster, seq: Seq): User[] =>
  [...roster.byUser.values()]
    .filter((member) => hears(member, seq))
    .sort(byStanding)
    .map((member) => member.user);

/** The list after an entry with this event was stored as number `seq`; as the store applies it. */
export const rosterAfter = (before: Roster, event: MemberEvent, seq: Seq): Roster => {
  const byUser = new Map(before.byUser);
  event.add.forEach((user, place) => byUser.set(user, { user, joinedSeq: seq, leftSeq: null, place }));
  for (const user of event.remove) {
    const member = byUser.get(user);
    if (member !== undefined) byUser.set(user, { ...member, leftSeq: seq });
  }
  return counted(before.version + 1, byUser);
};

const mayRemoveOthers = (item: ConversationItem, roster: Roster, user: User): boolean => {
  const chief = memberNow(roster, item.creator) === undefined ? usersNow(roster)[0] : item.creator;
  return chief === user;
};

export type ChangeVerdict =
  { readonly kind: 'refused'; readonly fault: Fault } | { readonly kind: 'change'; readonly event: MemberEvent };

/**
 * What a change comes to: what is so already is no change. Any member may add, and remove themself; the creator (when
 * gone, the member of longest standing) may remove others; direct conversations cannot change. `full` are in as many
 * conversations as may be.
 */
export const judgeChange = (
  item: ConversationItem,
  roster: Roster,
  user: User,
  wanted: MemberEvent,
  membersMax: number,
  full: ReadonlySet<User>,
): ChangeVerdict => {
  const refused = (why: Fault): ChangeVerdict => ({ kind: 'refused', fault: why });
  if (memberNow(roster, user) === undefined) return refused(forbidden());
  if (item.kind === 'direct' && wanted.add.length + wanted.remove.length > 0)
    return refused(fault('conversation.direct', 'the members of a direct conversation cannot change'));
  const leaving = [...new Set(wanted.remove)].filter((one) => memberNow(roster, one) !== undefined);
  // Oneself last: whoever leaves must still be in while the other parts of a large change are stored.
  const remove = [...leaving.filter((one) => one !== user), ...leaving.filter((one) => one === user)];
  if (remove.some((one) => one !== user) && !mayRemoveOthers(item, roster, user)) return refused(forbidden());
  const removing = new Set(wanted.remove);
  const add = [...new Set(wanted.add)].filter((one) => memberNow(roster, one) === undefined && !removing.has(one));
  if (roster.size + add.length - remove.length > membersMax)
    return refused(fault('conversation.too_many_members', `a conversation has at most ${membersMax} members`));
  if (add.some((one) => full.has(one))) return refused(tooManyConversations());
  return { kind: 'change', event: { add, remove } };
};

/** The same words whether the conversation does not exist or is none of the asker's: a stranger learns nothing. */
export const forbidden = (): Fault => fault('conversation.forbidden', 'not a member, or no such conversation');

export const tooManyConversations = (): Fault =>
  fault('conversation.too_many', 'somebody is in as many conversations as may be');

/** The first part of a change that is too large for one entry. */
export const firstPart = (event: MemberEvent, atMost: number): MemberEvent => {
  const add = event.add.slice(0, atMost);
  return { add, remove: event.remove.slice(0, atMost - add.length) };
};
