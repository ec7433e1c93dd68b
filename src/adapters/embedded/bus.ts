/**
 * The bus of a server that is alone: sessions are registered in the process, where conversations stand is read from the
 * store itself, and there is nobody to publish to.
 */
import type { Device, User } from '#contract/conversation';
import { ok, settled } from '#contract/effects';
import type { Bus, SessionAddress } from '#contract/ports/bus';
import { readNow } from '#adapters/embedded/read-now';
import type { Reading } from '#adapters/embedded/reading';

export const embeddedBus = (reading: Reading): Bus => {
  const sessions = new Map<User, Map<Device, SessionAddress>>();
  const living = (user: User, device: Device): SessionAddress | null => sessions.get(user)?.get(device) ?? null;
  const enter = (address: SessionAddress): void => {
    const devices = sessions.get(address.user) ?? new Map<Device, SessionAddress>();
    sessions.set(address.user, devices.set(address.device, address));
  };
  const leave = ({ user, device }: SessionAddress): void => {
    const devices = sessions.get(user);
    devices?.delete(device);
    if (devices?.size === 0) sessions.delete(user);
  };
  const nothing = settled<void>(ok(undefined));
  return {
    register: (session, now) => (done) => {
      const replaced = living(session.user, session.device);
      const address = { ...session, epoch: Math.max(now, (replaced?.epoch ?? 0) + 1) };
      enter(address);
      done(ok({ address, replaced }));
    },
    restore: (address) => (done) => {
      if ((living(address.user, address.device)?.epoch ?? -1) < address.epoch) enter(address);
      done(ok(undefined));
    },
    unregister: (address) => (done) => {
      if (living(address.user, address.device)?.epoch === address.epoch) leave(address);
      done(ok(undefined));
    },
    fanOut: () => nothing,
    publish: () => nothing,
    resync: (user, device) => readNow(() => ok({ last: standings(reading, user), current: living(user, device) })),
    subscribe: () => () => undefined,
  };
};

const standings = (reading: Reading, user: User) =>
  new Map(reading.conversationsOf(user).map(({ conv, since, last }) => [conv, { seq: last, since }]));
