/**
 * The bus over an index that may vanish. What the index does not hold whole is read from the database, and the index
 * completed; while it is away, sessions live without registration, and news is slower.
 */
import { ok } from '#contract/effects';
import type { Look, NewsIndex } from '#contract/parts/news-index';
import type { Bus, LastKnown, Notice, Resync } from '#contract/ports/bus';
import type { EventLog, NewRecord } from '#contract/ports/event-log';
import { Tail } from '#adapters/tiered/tail';
import type { LoggedNotice, TailKit } from '#adapters/tiered/tail';
import type { Members, Membership } from '#contract/ports/store';

const lastsOf = (memberships: readonly Membership[]): Resync['last'] =>
  new Map(memberships.map(({ conv, since, last }): [string, LastKnown] => [conv, { seq: last, since }]));

const nothing = (): void => undefined;

export interface BusKit {
  readonly news: NewsIndex;
  readonly members: Members;
  readonly events: Pick<EventLog, 'append' | 'read'>;
  readonly tail: Omit<TailKit, 'node' | 'events' | 'look'>;
  /** Told of what was written, once it is in the log. */
  readonly touched: (notices: readonly Notice[]) => void;
}

/** Its cause is that of the newest entry; each entry carries its own. */
const recordOf = (cause: string, notice: Notice): NewRecord => ({
  ...{ key: notice.conv, cause: notice.entries.at(-1)?.cause ?? cause },
  ...{ value: { v: 1, notice } satisfies LoggedNotice },
});

export const tieredBus = ({ news: index, members, events, tail, touched }: BusKit): Bus => {
  const resync: Bus['resync'] = (user, device) => (done) => {
    const look = index.look(user, device);
    look((looked) => {
      const { last, epoch, current }: Look = looked.ok ? looked.value : { last: null, epoch: '', current: null };
      if (last !== null) return done(ok({ last, current }));
      members.conversationsOf(user)((found) => {
        if (!found.ok) return done(found);
        if (looked.ok) index.fill(user, epoch, found.value)(nothing);
        done(ok({ last: lastsOf(found.value), current }));
      });
    });
  };
  // Without an index nobody can be told of an older connection: it ends by itself, or with a later resync.
  const register: Bus['register'] = (session, now, devicesMax) => (done) => {
    const alone = { address: { ...session, epoch: now }, replaced: null, crowdedOut: null };
    index.register(session, now, devicesMax)((outcome) => done(outcome.ok ? outcome : ok(alone)));
  };
  // Whoever was not reached hears by the log, or with the next resync. The log is what must have it.
  const fanOut: Bus['fanOut'] = (from, cause, notices) => (done) =>
    index.fanOut(
      from,
      cause,
      notices,
    )((outcome) => {
      if (!outcome.ok) return done(outcome);
      const logging = events.append(
        'messages',
        notices.map((notice) => recordOf(cause, notice)),
      );
      logging((logged) => {
        if (!logged.ok) return done(logged);
        touched(notices);
        done(ok(undefined));
      });
    });
  const subscribe: Bus['subscribe'] = (node, receive) => {
    const unsubscribe = index.subscribe(node, receive);
    const tailing = new Tail({ ...tail, node, events, look: () => index.answers() }, receive);
    return () => {
      unsubscribe();
      tailing.close();
    };
  };
  return {
    ...{ register, resync, fanOut },
    restore: (address) => index.restore(address),
    unregister: (address) => index.unregister(address),
    publish: (to, message) => index.publish(to, message),
    tell: (from, users, message) => index.tell(from, users, message),
    subscribe,
  };
};
