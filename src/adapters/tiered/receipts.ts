/**
 * Receipts: raised in the cache, where all servers see them at once, and in the table of members a little later.
 * Without the cache the table alone is raised.
 */
import type { Conv, User } from '#contract/conversation';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { ReachedCache, ReachedTable } from '#contract/parts/reached';
import { nowhere, raised } from '#contract/ports/receipts';
import type { Raised, Reached, Reaching, Receipts } from '#contract/ports/receipts';
import { Coalescing } from '#adapters/tiered/coalescing';
import type { CoalescingOptions } from '#adapters/tiered/coalescing';
import { faultOf } from '#adapters/tiered/positions';
import type { Flushed } from '#adapters/tiered/positions';

export interface ReceiptsKit {
  readonly table: ReachedTable;
  readonly cache: ReachedCache;
  /** Told of every read position that rose, before it is answered. Must not reject. */
  readonly read: (user: User, conv: Conv, seq: number) => Promise<void>;
  readonly pace: Pick<CoalescingOptions<never>, 'time' | 'withinMs' | 'most'>;
}

/** A name has no spaces: the first one ends it. */
const keyOf = (conv: Conv, user: User): string => `${user} ${conv}`;

export const tieredReceipts = ({ table, cache, read, pace }: ReceiptsKit): Flushed<Receipts> => {
  const later = new Coalescing<Reached>({
    ...pace,
    merge: (older, newer) => raised(older, { user: '', ...newer }),
    write: async (key, { delivered, read: seq }) => {
      const end = key.indexOf(' ');
      const one = {
        user: key.slice(0, end),
        ...(delivered > 0 ? { delivered } : {}),
        ...(seq > 0 ? { read: seq } : {}),
      };
      await table.raise(key.slice(end + 1), [one]);
    },
  });

  const inCache = async (conv: Conv, reaching: readonly Reaching[]): Promise<readonly Raised[]> => {
    const known = await cache.raise(conv, reaching);
    if (known !== undefined) return known;
    await cache.load(conv, (await table.of(conv)).reached);
    const loaded = await cache.raise(conv, reaching);
    return loaded ?? (await table.raise(conv, reaching));
  };

  const raise = async (conv: Conv, reaching: readonly Reaching[]): Promise<readonly Raised[]> => {
    const all = await inCache(conv, reaching).catch((error: unknown) => {
      if (error instanceof FaultError) return table.raise(conv, reaching);
      throw error;
    });
    await Promise.all(
      all
        .filter(({ before, after }) => after.read > before.read)
        .map(({ user, after }) => read(user, conv, after.read)),
    );
    for (const { user, before, after } of all) {
      if (after.read > before.read || after.delivered > before.delivered) later.add(keyOf(conv, user), after);
    }
    return all;
  };

  const positionsOf = async (conv: Conv, membersMax: number): Promise<ReadonlyMap<User, Reached> | undefined> => {
    const [{ members, reached }, fresh] = await Promise.all([table.of(conv), cache.of(conv).catch(() => undefined)]);
    if (members.length === 0 || members.length > membersMax) return undefined;
    const newest = (user: User): Reached =>
      raised(reached.get(user) ?? nowhere, { user, ...(fresh?.get(user) ?? nowhere) });
    return new Map(members.map((user) => [user, newest(user)]));
  };

  const of = async (
    convs: readonly Conv[],
    membersMax: number,
  ): Promise<ReadonlyMap<Conv, ReadonlyMap<User, Reached>>> => {
    const found = new Map<Conv, ReadonlyMap<User, Reached>>();
    await Promise.all(
      convs.map(async (conv) => {
        const positions = await positionsOf(conv, membersMax);
        if (positions !== undefined) found.set(conv, positions);
      }),
    );
    return found;
  };

  return {
    port: {
      raise: (conv, reaching) => fromPromise(() => raise(conv, reaching), faultOf),
      of: (convs, membersMax) => fromPromise(() => of(convs, membersMax), faultOf),
    },
    flush: () => later.flush(),
  };
};
