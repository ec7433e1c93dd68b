/** Reads: answered at once from the last commit; within a write transaction, from that. */
import { byStanding } from '#contract/conversation';
import type { Conv, ConversationItem, Entry, Member, Millis, Seq, User } from '#contract/conversation';
import { failed, fault, ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { MemberList, Membership, ReadRange } from '#contract/ports/store';
import { unpackEntry, unpackItem } from '#adapters/embedded/records';
import { lastName } from '#adapters/embedded/tables';
import type { Tables } from '#adapters/embedded/tables';

export class Reading {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  item(conv: Conv): ConversationItem | null {
    const record = this.#tables.items.get(conv);
    return record === undefined ? null : unpackItem(conv, record);
  }

  lastSeqs(convs: readonly Conv[]): ReadonlyMap<Conv, Seq> {
    const known = new Map<Conv, Seq>();
    for (const conv of convs) {
      const item = this.item(conv);
      if (item !== null) known.set(conv, item.lastSeq);
    }
    return known;
  }

  entry(conv: Conv, seq: Seq): Entry | undefined {
    for (const { key, value } of this.#tables.groups.getRange(groupsDown(conv, seq, 1)))
      return unpackEntry(value, key[1], seq);
    return undefined;
  }

  read(range: ReadRange): Outcome<readonly Entry[]> {
    const { conv, from, to, order, limit } = range;
    const entries = order === 'up' ? this.#up(range) : this.#down(range);
    if (from >= 1 && entries.length === Math.max(0, Math.min(limit, to - from + 1))) return ok(entries);
    return failed(fault('store.incomplete', `${conv} has not all of ${from} to ${to}`));
  }

  /** Times never fall with the numbers: halved until one is left. */
  seqAt(conv: Conv, at: Millis): Seq {
    let [from, to] = [1, (this.item(conv)?.lastSeq ?? 0) + 1];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      if ((this.entry(conv, middle)?.at ?? 0) >= at) to = middle;
      else from = middle + 1;
    }
    return from;
  }

  dirty(before: Millis, limit: number): readonly Conv[] {
    const marked: { readonly conv: Conv; readonly since: Millis }[] = [];
    for (const conv of this.#tables.dirty.getKeys()) {
      const since = this.item(conv)?.dirtySince ?? null;
      if (since !== null && since <= before) marked.push({ conv, since });
    }
    marked.sort((one, other) => one.since - other.since);
    return marked.slice(0, limit).map(({ conv }) => conv);
  }

  membersOf(conv: Conv): MemberList {
    const item = this.item(conv);
    if (item === null) return { memVersion: 0, members: [] };
    const members: Member[] = [];
    for (const { key, value } of this.#tables.members.getRange({ start: [conv, ''], end: [conv, lastName] })) {
      const [joinedSeq, leftSeq, place] = value;
      members.push({ user: key[1], joinedSeq, leftSeq, place });
    }
    members.sort(byStanding);
    return { memVersion: item.memVersion, members };
  }

  conversationsOf(user: User): readonly Membership[] {
    const found: Membership[] = [];
    for (const { key, value } of this.#tables.memberships.getRange(rangeOf(user))) {
      const conv = key[1];
      const item = this.item(conv);
      if (item !== null) found.push({ conv, since: value, last: item.lastSeq });
    }
    return found;
  }

  sharing(user: User, others: readonly User[]): ReadonlySet<User> {
    const mine = new Set(this.#convsOf(user));
    const shares = (other: User): boolean => {
      if (other === user) return true;
      for (const conv of this.#convsOf(other)) if (mine.has(conv)) return true;
      return false;
    };
    return new Set(mine.size === 0 ? others.filter((other) => other === user) : others.filter(shares));
  }

  /** In how many conversations the user is, by walking all of them: see membership-counts.ts. */
  countOf(user: User): number {
    return this.#tables.memberships.getKeysCount(rangeOf(user));
  }

  *#convsOf(user: User): Iterable<Conv> {
    for (const [, conv] of this.#tables.memberships.getKeys(rangeOf(user))) yield conv;
  }

  /** Entries from `from` up, as far as they follow one another. */
  #up({ conv, from, to, limit }: ReadRange): Entry[] {
    const entries: Entry[] = [];
    const end = Math.min(to, from + limit - 1);
    const start = this.#firstOfGroup(conv, from);
    for (const { key, value } of this.#tables.groups.getRange({ start: [conv, start], end: [conv, end + 1] })) {
      for (;;) {
        const seq = from + entries.length;
        const entry = seq > end ? undefined : unpackEntry(value, key[1], seq);
        if (entry === undefined) break;
        entries.push(entry);
      }
    }
    return entries;
  }

  /** Entries from `to` down, as far as they follow one another. */
  #down({ conv, from, to, limit }: ReadRange): Entry[] {
    const entries: Entry[] = [];
    const end = Math.max(from, to - limit + 1);
    for (const { key, value } of this.#tables.groups.getRange(groupsDown(conv, to))) {
      for (;;) {
        const seq = to - entries.length;
        const entry = seq < end || seq < key[1] ? undefined : unpackEntry(value, key[1], seq);
        if (entry === undefined) break;
        entries.push(entry);
      }
      if (key[1] <= end) break;
    }
    return entries;
  }

  #firstOfGroup(conv: Conv, seq: Seq): Seq {
    for (const key of this.#tables.groups.getKeys(groupsDown(conv, seq, 1))) return key[1];
    return seq;
  }
}

/** All memberships of a user. */
const rangeOf = (user: User): { readonly start: [User, Conv]; readonly end: [User, Conv] } => ({
  start: [user, ''],
  end: [user, lastName],
});

/** The group that holds number `seq`, and those before it. */
const groupsDown = (conv: Conv, seq: Seq, limit = Infinity) => ({
  ...{ start: [conv, seq], end: [conv, 0], reverse: true },
  ...(limit === Infinity ? {} : { limit }),
});
