/** Presence: marks in the cache, and last seen in the table too, so that it outlives the cache. */
import type { Millis, User } from '#contract/conversation';
import { fromPromise } from '#contract/from-promise';
import type { PresenceMarks, SeenTable } from '#contract/parts/presence';
import type { Presence, Seen } from '#contract/ports/presence';
import { Coalescing } from '#adapters/tiered/coalescing';
import type { CoalescingOptions } from '#adapters/tiered/coalescing';
import { faultOf } from '#adapters/tiered/positions';
import type { Flushed } from '#adapters/tiered/positions';

export const tieredPresence = (
  marks: PresenceMarks,
  table: SeenTable,
  pace: Pick<CoalescingOptions<never>, 'time' | 'withinMs' | 'most'>,
): Flushed<Presence> => {
  const later = new Coalescing<Millis>({ ...pace, merge: Math.max, write: (user, at) => table.saw(user, at) });

  const of = async (users: readonly User[], now: Millis): Promise<ReadonlyMap<User, Seen>> => {
    const found = new Map(await marks.of(users, now));
    const unseen = users.filter((user) => (found.get(user)?.lastSeenAt ?? null) === null);
    if (unseen.length === 0) return found;
    for (const [user, lastSeenAt] of await table.of(unseen)) found.set(user, { online: false, lastSeenAt });
    return found;
  };

  const gone = async (node: string, user: User, at: Millis): Promise<void> => {
    later.add(user, at);
    await marks.gone(node, user, at);
  };

  return {
    port: {
      beat: (node, users, now) => fromPromise(() => marks.beat(node, users, now), faultOf),
      gone: (node, user, at) => fromPromise(() => gone(node, user, at), faultOf),
      of: (users, now) => fromPromise(() => of(users, now), faultOf),
    },
    flush: () => later.flush(),
  };
};
