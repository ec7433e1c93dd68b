/**
 * The stored conversations, as plain maps: what the memory twin of the message store applies at one instant. Reads hand
 * out values that nobody changes afterwards.
 */
import type { Conv, ConversationItem, Entry, Member, Millis, Seq, User } from '#contract/conversation';
import { asMembers, byStanding, isIn } from '#contract/conversation';
import { failed, fault, ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { StoredNumber } from '#contract/ports/pending';
import type {
  AppendGroup,
  AppendResult,
  FannedRange,
  MemberList,
  Membership,
  NewConversation,
  Numbered,
  ReadRange,
} from '#contract/ports/store';

interface Stored {
  item: ConversationItem;
  members: Map<User, Member>;
  /** Number n at place n - 1. */
  readonly entries: Entry[];
  readonly numbers: Map<string, Seq>;
}

const idKey = (user: User, id: string): string => `${user} ${id}`;

const hasIn = (members: ReadonlyMap<User, Member>, user: User): boolean => {
  const member = members.get(user);
  return member !== undefined && isIn(member);
};

export class Conversations {
  readonly #stored = new Map<Conv, Stored>();

  /** How long an id is remembered; 0: for ever. */
  constructor(private readonly rememberMs = 0) {}

  create(given: NewConversation): Outcome<{ created: boolean; item: ConversationItem }> {
    const known = this.#stored.get(given.conv);
    if (known !== undefined) return ok({ created: false, item: known.item });
    const { conv, kind, title, creator, founders, now } = given;
    const item: ConversationItem = {
      ...{ v: 1, conv, kind, creator, createdAt: now, lastSeq: 0, lastAt: now, memVersion: 1, saltMax: 1 },
      ...(title === undefined ? {} : { title }),
      ...{ fannedTo: -1, dirtySince: now },
    };
    const members = asMembers(founders).map((member): [User, Member] => [member.user, member]);
    this.#stored.set(conv, { item, members: new Map(members), entries: [], numbers: new Map() });
    return ok({ created: true, item });
  }

  item(conv: Conv): Outcome<ConversationItem | null> {
    return ok(this.#stored.get(conv)?.item ?? null);
  }

  lastSeqs(convs: readonly Conv[]): Outcome<ReadonlyMap<Conv, Seq>> {
    const known = convs.flatMap((conv): [Conv, Seq][] => {
      const stored = this.#stored.get(conv);
      return stored === undefined ? [] : [[conv, stored.item.lastSeq]];
    });
    return ok(new Map(known));
  }

  append(group: AppendGroup): Outcome<AppendResult> {
    const stored = this.#stored.get(group.conv);
    if (stored === undefined) return ok({ kind: 'conflict', item: null });
    if (stored.item.lastSeq !== group.expected) return ok({ kind: 'conflict', item: stored.item });
    if (group.fanned !== undefined) this.#mark(stored, group.fanned);
    const results = group.drafts.map((draft): Numbered => {
      const first = stored.entries[(stored.numbers.get(idKey(draft.from, draft.id)) ?? 0) - 1];
      if (first !== undefined && !this.#isForgotten(first, group.now))
        return { seq: first.seq, mid: first.mid, at: first.at, duplicate: true };
      const { seq, mid, at } = this.#store(stored, { v: 1, ...draft, ...this.#next(stored, group.now) });
      stored.item = { ...stored.item, saltMax: Math.max(stored.item.saltMax, group.partitions) };
      return { seq, mid, at, duplicate: false };
    });
    return ok({ kind: 'appended', item: stored.item, results });
  }

  numbersOf(conv: Conv, user: User, ids: readonly string[]): Outcome<ReadonlyMap<string, StoredNumber>> {
    const { entries, numbers } = this.#stored.get(conv) ?? { entries: [], numbers: new Map<string, Seq>() };
    const found = new Map<string, StoredNumber>();
    for (const id of ids) {
      const entry = entries[(numbers.get(idKey(user, id)) ?? 0) - 1];
      if (entry !== undefined) found.set(id, { seq: entry.seq, mid: entry.mid, at: entry.at });
    }
    return ok(found);
  }

  read({ conv, from, to, order, limit }: ReadRange): Outcome<readonly Entry[]> {
    const { entries } = this.#stored.get(conv) ?? { entries: [] };
    if (from < 1 || to > entries.length)
      return failed(fault('store.incomplete', `${conv} has ${entries.length} entries, asked for ${from} to ${to}`));
    const range = order === 'up' ? entries.slice(from - 1, to) : entries.slice(from - 1, to).reverse();
    return ok(range.slice(0, limit));
  }

  seqAt(conv: Conv, at: Millis): Outcome<Seq> {
    const { entries } = this.#stored.get(conv) ?? { entries: [] };
    const index = entries.findIndex((entry) => entry.at >= at);
    return ok((index === -1 ? entries.length : index) + 1);
  }

  markFanned(conv: Conv, range: FannedRange): Outcome<ConversationItem> {
    const stored = this.#stored.get(conv);
    if (stored === undefined) return failed(fault('store.incomplete', `${conv} does not exist`));
    this.#mark(stored, range);
    return ok(stored.item);
  }

  dirty(before: Millis, limit: number): Outcome<readonly Conv[]> {
    const items = [...this.#stored.values()].map(({ item }) => item);
    const marked = items.filter(({ dirtySince }) => dirtySince !== null && dirtySince <= before);
    marked.sort((one, other) => (one.dirtySince ?? 0) - (other.dirtySince ?? 0));
    return ok(marked.slice(0, limit).map(({ conv }) => conv));
  }

  membersOf(conv: Conv): Outcome<MemberList> {
    const stored = this.#stored.get(conv);
    if (stored === undefined) return ok({ memVersion: 0, members: [] });
    const members = [...stored.members.values()];
    members.sort(byStanding);
    return ok({ memVersion: stored.item.memVersion, members });
  }

  conversationsOf(user: User): Outcome<readonly Membership[]> {
    const memberships: Membership[] = [];
    for (const [conv, { item, members }] of this.#stored) {
      const member = members.get(user);
      if (member !== undefined && isIn(member)) memberships.push({ conv, since: member.joinedSeq, last: item.lastSeq });
    }
    return ok(memberships);
  }

  sharing(user: User, others: readonly User[]): Outcome<ReadonlySet<User>> {
    const shared = new Set<User>();
    for (const { members } of this.#stored.values()) {
      if (!hasIn(members, user)) continue;
      for (const other of others) if (hasIn(members, other)) shared.add(other);
    }
    if (others.includes(user)) shared.add(user);
    return ok(shared);
  }

  inAtLeast(count: number, users: readonly User[]): Outcome<ReadonlySet<User>> {
    const isFull = (user: User): boolean =>
      [...this.#stored.values()].filter(({ members }) => hasIn(members, user)).length >= count;
    return ok(new Set(users.filter(isFull)));
  }

  /** The last entry; undefined while there is none. */
  lastEntry(conv: Conv): Entry | undefined {
    return this.#stored.get(conv)?.entries.at(-1);
  }

  #isForgotten({ at }: Entry, now: Millis): boolean {
    return this.rememberMs > 0 && now - at >= this.rememberMs;
  }

  #next({ item }: Stored, now: Millis): { seq: Seq; at: Millis } {
    return { seq: item.lastSeq + 1, at: Math.max(now, item.lastAt) };
  }

  #store(stored: Stored, entry: Entry): Entry {
    const { seq, at, event } = entry;
    stored.entries.push(entry);
    stored.numbers.set(idKey(entry.from, entry.id), seq);
    const dirtySince = stored.item.dirtySince ?? at;
    const memVersion = stored.item.memVersion + (event === undefined ? 0 : 1);
    stored.item = { ...stored.item, lastSeq: seq, lastAt: at, dirtySince, memVersion };
    event?.add.forEach((user, place) => stored.members.set(user, { user, joinedSeq: seq, leftSeq: null, place }));
    for (const user of event?.remove ?? []) {
      const member = stored.members.get(user);
      if (member !== undefined) stored.members.set(user, { ...member, leftSeq: seq });
    }
    return entry;
  }

  #mark(stored: Stored, { from, to }: FannedRange): void {
    if (stored.item.fannedTo !== from - 1) return;
    stored.item = { ...stored.item, fannedTo: to, dirtySince: stored.entries[to]?.at ?? null };
  }
}
