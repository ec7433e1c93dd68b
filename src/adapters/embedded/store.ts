/** The store and its members as ports: reads are answered at once, writes with the commit that holds them. */
import { ok } from '#contract/effects';
import type { Members, MessageStore } from '#contract/ports/store';
import type { Committer } from '#adapters/embedded/committer';
import type { MembershipCounts } from '#adapters/embedded/membership-counts';
import { readNow } from '#adapters/embedded/read-now';
import type { Reading } from '#adapters/embedded/reading';
import type { Writing } from '#adapters/embedded/writing';

export const embeddedStore = (reading: Reading, writing: Writing, committer: Committer): MessageStore => ({
  create: (given) => committer.write(() => writing.create(given)),
  item: (conv) => readNow(() => ok(reading.item(conv))),
  lastSeqs: (convs) => readNow(() => ok(reading.lastSeqs(convs))),
  append: (group) => committer.write(() => writing.append(group)),
  read: (range) => readNow(() => reading.read(range)),
  seqAt: (conv, at) => readNow(() => ok(reading.seqAt(conv, at))),
  markFanned: (conv, range) => committer.write(() => writing.markFanned(conv, range)),
  dirty: (before, limit) => readNow(() => ok(reading.dirty(before, limit))),
});

export const embeddedMembers = (reading: Reading, counts: MembershipCounts): Members => ({
  of: (conv) => readNow(() => ok(reading.membersOf(conv))),
  conversationsOf: (user) => readNow(() => ok(reading.conversationsOf(user))),
  sharing: (user, others) => readNow(() => ok(reading.sharing(user, others))),
  inAtLeast: (count, users) => readNow(() => ok(new Set(users.filter((user) => counts.of(user) >= count)))),
});
