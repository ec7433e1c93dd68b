/** How far members have got, one record a conversation and member: seen at once, written together now and then. */
import type { Conv, User } from '#contract/conversation';
import { isIn } from '#contract/conversation';
import { ok } from '#contract/effects';
import { nowhere, raised } from '#contract/ports/receipts';
import type { Raised, Reached, Reaching, Receipts } from '#contract/ports/receipts';
import { DelayedWrite } from '#adapters/embedded/delayed-write';
import type { Delay } from '#adapters/embedded/delayed-write';
import { Overlay } from '#adapters/embedded/overlay';
import { readNow } from '#adapters/embedded/read-now';
import type { Reading } from '#adapters/embedded/reading';
import type { Tables } from '#adapters/embedded/tables';

/** A name has no spaces: the first one ends it. */
const keyOf = (conv: Conv, user: User): string => `${user} ${conv}`;

export class ReachedPositions {
  readonly unsaved: Overlay<string, Reached>;
  readonly #table: Tables['reached'];

  constructor({ reached }: Tables) {
    this.#table = reached;
    this.unsaved = new Overlay((key, { delivered, read }) => {
      const end = key.indexOf(' ');
      reached.putSync([key.slice(end + 1), key.slice(0, end)], [delivered, read]);
    });
  }

  of(conv: Conv, user: User): Reached {
    const fresh = this.unsaved.get(keyOf(conv, user));
    if (fresh !== undefined) return fresh;
    const record = this.#table.get([conv, user]);
    return record === undefined ? nowhere : { delivered: record[0], read: record[1] };
  }

  raise(conv: Conv, reaching: Reaching): Raised {
    const { user } = reaching;
    const before = this.of(conv, user);
    const after = raised(before, reaching);
    if (after !== before) this.unsaved.set(keyOf(conv, user), after);
    return { user, before, after };
  }
}

export const embeddedReceipts = (reached: ReachedPositions, reading: Reading, delay: Delay) => {
  const writing = new DelayedWrite(delay, reached.unsaved);
  const positionsOf = (conv: Conv, membersMax: number): ReadonlyMap<User, Reached> | undefined => {
    const members = reading.membersOf(conv).members.filter(isIn);
    if (members.length > membersMax) return undefined;
    return new Map(members.map(({ user }) => [user, reached.of(conv, user)]));
  };
  const receipts: Receipts = {
    raise: (conv, reaching) =>
      readNow(() => {
        const all = reaching.map((one) => reached.raise(conv, one));
        writing.arm();
        return ok(all);
      }),
    of: (convs, membersMax) =>
      readNow(() => {
        const positions = new Map<Conv, ReadonlyMap<User, Reached>>();
        for (const conv of convs) {
          const members = positionsOf(conv, membersMax);
          if (members !== undefined) positions.set(conv, members);
        }
        return ok(positions);
      }),
  };
  return { receipts, flush: () => writing.flush() };
};
