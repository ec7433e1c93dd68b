/**
 * The bus over an index that may vanish. What the index does not hold whole is read from the database, and the index
 * completed; while it is away, sessions live without registration, and news is slower.
 */
import type { Effect } from '#contract/effects';
import { ok } from '#contract/effects';
import type { Look, NewsIndex } from '#contract/parts/news-index';
import type { Bus, LastKnown, Resync } from '#contract/ports/bus';
import type { Members, Membership } from '#contract/ports/store';

const lastsOf = (memberships: readonly Membership[]): Resync['last'] =>
  new Map(memberships.map(({ conv, since, last }): [string, LastKnown] => [conv, { seq: last, since }]));

const nothing = (): void => undefined;

export const tieredBus = (index: NewsIndex, members: Members): Bus => {
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
  const fanOut: Bus['fanOut'] =
    (from, cause, notices): Effect<void> =>
    (done) =>
      index.fanOut(from, cause, notices)((outcome) => done(outcome.ok ? ok(undefined) : outcome));
  return {
    ...{ register, resync, fanOut },
    restore: (address) => index.restore(address),
    unregister: (address) => index.unregister(address),
    publish: (to, message) => index.publish(to, message),
    tell: (from, users, message) => index.tell(from, users, message),
    subscribe: (node, receive) => index.subscribe(node, receive),
  };
};
