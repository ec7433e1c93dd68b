/**
 * The inbox: from the cache while it is whole there, else from the database, which then fills the cache. Any replica
 * of a shard may serve it; the database is asked on a miss, and when no server of the shard answers (A12, A13, A15).
 */
import type { Conv, Millis, Seq, User } from '#contract/conversation';
import { fromPromise, toPromise } from '#contract/from-promise';
import type { InboxPage, InboxPlace } from '#contract/inbox';
import type { InboxCache, InboxIndex } from '#contract/parts/inbox';
import type { Notice } from '#contract/ports/bus';
import type { Inbox } from '#contract/ports/inbox';
import { Coalescing } from '#adapters/tiered/coalescing';
import type { CoalescingOptions } from '#adapters/tiered/coalescing';
import { faultOf } from '#adapters/tiered/positions';
import type { Flushed } from '#adapters/tiered/positions';

export interface InboxKit {
  readonly cache: InboxCache;
  readonly index: InboxIndex;
  /** How far the user has read, as far as that is not in the database yet. Must not reject. */
  readonly readsOf: (user: User, convs: readonly Conv[]) => Promise<ReadonlyMap<Conv, Seq>>;
  /** How many conversations the cache keeps of a user. */
  readonly kept: number;
  /** How late the index may be. */
  readonly pace: Pick<CoalescingOptions<never>, 'time' | 'withinMs' | 'most'>;
}

interface Touch {
  readonly at: Millis;
  readonly users: readonly User[];
}

export interface TieredInbox extends Flushed<Inbox> {
  /** Conversations were written to: the index follows. */
  touched(notices: readonly Notice[]): void;
}

export const tieredInbox = ({ cache, index, readsOf, kept, pace }: InboxKit): TieredInbox => {
  const later = new Coalescing<Touch>({
    ...pace,
    merge: (older, newer) => (newer.at >= older.at ? newer : older),
    write: (conv: Conv, { at, users }) => index.touch(conv, at, users),
  });
  /** One at a time for each user: the others wait for its end. */
  const filling = new Map<User, Promise<InboxPage>>();

  /** From the database, with what was read since it was written. */
  const indexed = async (user: User, limit: number, from: InboxPlace | undefined): Promise<InboxPage> => {
    const page = await toPromise(index.page(user, limit, from));
    const reads = await readsOf(
      user,
      page.items.filter(({ unread }) => unread > 0).map(({ conv }) => conv),
    );
    const items = page.items.map((item) => {
      const unread = item.seq - Math.max(reads.get(item.conv) ?? 0, item.since - 1);
      return { ...item, unread: Math.max(0, Math.min(item.unread, unread)) };
    });
    return { ...page, items };
  };

  const fill = (user: User, epoch: string): Promise<InboxPage> => {
    const known = filling.get(user);
    if (known !== undefined) return known;
    const newest = indexed(user, kept, undefined).then(async (page) => {
      await cache.fill(user, epoch, page.items).catch(() => undefined);
      return page;
    });
    filling.set(user, newest);
    const end = (): boolean => filling.delete(user);
    newest.then(end, end);
    return newest;
  };

  const page = async (user: User, limit: number, from: InboxPlace | undefined): Promise<InboxPage> => {
    const cached = await cache.page(user, limit, from).catch(() => undefined);
    if (cached !== undefined && 'page' in cached) return cached.page;
    if (cached === undefined || from !== undefined || limit >= kept) return indexed(user, limit, from);
    const { items, next } = await fill(user, cached.epoch);
    const shown = items.slice(0, limit);
    const end = shown.at(-1);
    const more = end !== undefined && items.length > limit ? { at: end.at, conv: end.conv } : next;
    return { items: shown, next: items.length > limit ? more : next, source: 'dynamodb' };
  };

  return {
    port: { page: (user, limit, from) => fromPromise(() => page(user, limit, from), faultOf) },
    touched: (notices) => {
      for (const { conv, at, recipients, added } of notices)
        later.add(conv, { at, users: recipients.length > 0 ? recipients : added });
    },
    flush: () => later.flush(),
  };
};
