/**
 * The bus of a server that is alone: sessions are registered in the process, where conversations stand is read from the
 * store itself, and there is nobody to publish to.
 */
import type { User } from '#contract/conversation';
import { ok, settled } from '#contract/effects';
import type { Bus } from '#contract/ports/bus';
import { readNow } from '#adapters/embedded/read-now';
import type { Reading } from '#adapters/embedded/reading';
import { Registrations } from '#resilience/registrations';

export const embeddedBus = (reading: Reading): Bus => {
  const sessions = new Registrations();
  const nothing = settled<void>(ok(undefined));
  return {
    register: (session, now, most) => readNow(() => ok(sessions.register(session, now, most))),
    restore: (address) => readNow(() => ok(sessions.restore(address))),
    unregister: (address) => readNow(() => ok(sessions.unregister(address))),
    fanOut: () => nothing,
    publish: () => nothing,
    tell: () => nothing,
    resync: (user, device) =>
      readNow(() => ok({ last: standings(reading, user), current: sessions.current(user, device) })),
    subscribe: () => () => undefined,
  };
};

const standings = (reading: Reading, user: User) =>
  new Map(reading.conversationsOf(user).map(({ conv, since, last }) => [conv, { seq: last, since }]));
