/**
 * Writes: each runs inside the one write transaction of a commit, reads there what it depends on, and is checked whole
 * before it changes anything.
 */
import { asMembers } from '#contract/conversation';
import type { Conv, ConversationItem, Draft, Member, MemberEvent, Millis, Seq } from '#contract/conversation';
import { failed, fault, ok } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import type { AppendGroup, AppendResult, FannedRange, NewConversation, Numbered } from '#contract/ports/store';
import { fingerprint } from '#adapters/embedded/fingerprint';
import type { FingerprintKey } from '#adapters/embedded/fingerprint';
import { Ids } from '#adapters/embedded/ids';
import type { MembershipCounts } from '#adapters/embedded/membership-counts';
import type { Reading } from '#adapters/embedded/reading';
import { packEntry, packItem } from '#adapters/embedded/records';
import type { Tables } from '#adapters/embedded/tables';

interface WritingOptions {
  readonly tables: Tables;
  readonly reading: Reading;
  readonly counts: MembershipCounts;
  readonly key: FingerprintKey;
  readonly idEntries: number;
  /** How long an id is remembered, in ms; 0: for ever. */
  readonly rememberMs: number;
}

export class Writing {
  readonly ids: Ids;
  readonly #tables: Tables;
  readonly #reading: Reading;
  readonly #key: FingerprintKey;
  readonly #rememberMs: number;
  readonly #counts: MembershipCounts;

  constructor({ tables, reading, counts, key, idEntries, rememberMs }: WritingOptions) {
    this.#tables = tables;
    this.#reading = reading;
    this.#key = key;
    this.#rememberMs = rememberMs;
    this.#counts = counts;
    this.ids = new Ids(tables.ids, idEntries);
  }

  create(given: NewConversation): Outcome<{ created: boolean; item: ConversationItem }> {
    const { conv, kind, title, creator, founders, now } = given;
    const known = this.#reading.item(conv);
    if (known !== null) return ok({ created: false, item: known });
    const item: ConversationItem = {
      ...{ v: 1, conv, kind, ...(title === undefined ? {} : { title }), creator, createdAt: now, lastSeq: 0 },
      ...{ lastAt: now, memVersion: 1, saltMax: 1, fannedTo: -1, dirtySince: now },
    };
    this.#addMembers(conv, asMembers(founders));
    this.#put(null, item);
    return ok({ created: true, item });
  }

  append(group: AppendGroup): Outcome<AppendResult> {
    const { conv, drafts, fanned } = group;
    const item = this.#reading.item(conv);
    if (item === null || item.lastSeq !== group.expected) return ok({ kind: 'conflict', item });
    const at = Math.max(group.now, item.lastAt);
    const results: Numbered[] = [];
    const fresh: Draft[] = [];
    const fingerprints: number[] = [];
    const ids = this.ids.of(conv, item.lastSeq);
    for (const draft of drafts) {
      const print = fingerprint(this.#key, `${draft.from} ${draft.id}`);
      const first = ids.find(print, (seq) => this.#isStored(conv, seq, draft, group.now));
      if (first > 0) {
        results.push(this.#storedAs(conv, first));
      } else {
        fresh.push(draft);
        fingerprints.push(print);
        results.push({ seq: item.lastSeq + fresh.length, mid: draft.mid, at, duplicate: false });
      }
    }
    if (fresh.length > 0) this.#store(conv, item.lastSeq + 1, at, fresh, fingerprints);
    const next = after(this.#fanned(item, fanned), fresh, at, group.partitions);
    this.#put(item, next);
    return ok({ kind: 'appended', item: next, results });
  }

  markFanned(conv: Conv, range: FannedRange): Outcome<ConversationItem> {
    const item = this.#reading.item(conv);
    if (item === null) return failed(fault('store.incomplete', `${conv} does not exist`));
    const next = this.#fanned(item, range);
    this.#put(item, next);
    return ok(next);
  }

  #isStored(conv: Conv, seq: Seq, { from, id }: Draft, now: Millis): boolean {
    const entry = this.#reading.entry(conv, seq);
    if (entry?.id !== id || entry.from !== from) return false;
    return this.#rememberMs === 0 || now - entry.at < this.#rememberMs;
  }

  #storedAs(conv: Conv, seq: Seq): Numbered {
    const entry = this.#reading.entry(conv, seq);
    if (entry === undefined) throw new Error(`${conv} has lost number ${seq}`);
    return { seq, mid: entry.mid, at: entry.at, duplicate: true };
  }

  #store(conv: Conv, first: Seq, at: Millis, drafts: readonly Draft[], fingerprints: readonly number[]): void {
    this.#tables.groups.putSync([conv, first], [1, at, drafts.map(packEntry)]);
    this.ids.add(conv, first, fingerprints);
    drafts.forEach(({ event }, index) => {
      if (event !== undefined) this.#changeMembers(conv, event, first + index);
    });
  }

  #changeMembers(conv: Conv, { add, remove }: MemberEvent, seq: Seq): void {
    const { members, memberships } = this.#tables;
    const joining = add.map((user, place): Member => ({ user, joinedSeq: seq, leftSeq: null, place }));
    this.#addMembers(conv, joining);
    for (const user of remove) {
      const member = members.get([conv, user]);
      if (member === undefined) continue;
      const [joinedSeq, , place] = member;
      members.putSync([conv, user], [joinedSeq, seq, place]);
      if (memberships.removeSync([user, conv])) this.#counts.change(user, -1);
    }
  }

  #addMembers(conv: Conv, joining: readonly Member[]): void {
    const { members, memberships } = this.#tables;
    for (const { user, joinedSeq, leftSeq, place } of joining) {
      members.putSync([conv, user], [joinedSeq, leftSeq, place]);
      if (memberships.get([user, conv]) === undefined) this.#counts.change(user, 1);
      memberships.putSync([user, conv], joinedSeq);
    }
  }

  /** The item after a finished fan-out; unchanged when somebody else's came first. */
  #fanned(item: ConversationItem, range: FannedRange | undefined): ConversationItem {
    if (range === undefined || item.fannedTo !== range.from - 1) return item;
    const { to } = range;
    const dirtySince = to < item.lastSeq ? (this.#reading.entry(item.conv, to + 1)?.at ?? item.lastAt) : null;
    return { ...item, fannedTo: to, dirtySince };
  }

  /** The list of marked conversations is touched only when a mark comes or goes: a busy one keeps its mark. */
  #put(before: ConversationItem | null, after: ConversationItem): void {
    if (before === after) return;
    const { items, dirty } = this.#tables;
    items.putSync(after.conv, packItem(after));
    const wasMarked = before !== null && before.dirtySince !== null;
    const isMarked = after.dirtySince !== null;
    if (isMarked && !wasMarked) dirty.putSync(after.conv, 1);
    if (!isMarked && wasMarked) dirty.removeSync(after.conv);
  }
}

/** The item after these entries. */
const after = (item: ConversationItem, fresh: readonly Draft[], at: Millis, partitions: number): ConversationItem =>
  fresh.length === 0
    ? item
    : {
        ...item,
        lastSeq: item.lastSeq + fresh.length,
        lastAt: at,
        memVersion: item.memVersion + fresh.filter(({ event }) => event !== undefined).length,
        saltMax: Math.max(item.saltMax, partitions),
        dirtySince: item.dirtySince ?? at,
      };
