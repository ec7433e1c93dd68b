/**
 * Device positions: acknowledged in the cache at once, in the table a little later. Whether a device is new is decided
 * by the table. Without the cache an acknowledgement that is not in the table yet is not known: an older position,
 * never a newer one.
 */
import type { Conv, Device, Seq, User } from '#contract/conversation';
import { fault } from '#contract/effects';
import { fromPromise } from '#contract/from-promise';
import { FaultError } from '#contract/fault-error';
import type { Cursors, PositionCache, PositionTable } from '#contract/parts/positions';
import type { DevicePositions, Positions } from '#contract/ports/positions';
import { Coalescing } from '#adapters/tiered/coalescing';
import type { CoalescingOptions } from '#adapters/tiered/coalescing';

export const faultOf = (error: unknown) =>
  error instanceof FaultError ? error : fault('store.unavailable', String(error), 'unknown');

const higher = (...all: readonly Cursors[]): Map<Conv, Seq> => {
  const cursors = new Map<Conv, Seq>();
  for (const one of all) for (const [conv, seq] of one) cursors.set(conv, Math.max(cursors.get(conv) ?? 0, seq));
  return cursors;
};

/** Names have no spaces. */
const keyOf = (user: User, device: Device): string => `${user} ${device}`;

const nothing: Cursors = new Map();

export interface Flushed<Port> {
  readonly port: Port;
  /** Writes what waits. */
  flush(): Promise<void>;
}

type Pace = Pick<CoalescingOptions<never>, 'time' | 'withinMs' | 'most'>;

export const tieredPositions = (table: PositionTable, cache: PositionCache, pace: Pace): Flushed<Positions> => {
  const later = new Coalescing<Cursors>({
    ...pace,
    merge: (older, newer) => higher(older, newer),
    write: (key, cursors) => {
      const [user = '', device = ''] = key.split(' ');
      return table.raise(user, device, cursors);
    },
  });
  const cached = (user: User, device: Device): Promise<Cursors> => cache.of(user, device).catch(() => nothing);
  const open = async (user: User, device: Device): Promise<DevicePositions> => {
    const [known, fresh] = await Promise.all([table.of(user, device), cached(user, device)]);
    if (known !== undefined || fresh.size > 0) return { known: true, cursors: higher(known ?? nothing, fresh) };
    const [devices, others] = await Promise.all([table.all(user), cache.devices(user).catch(() => [])]);
    const acked = await Promise.all([...new Set([...devices.keys(), ...others])].map((other) => cached(user, other)));
    const start = higher(...devices.values(), ...acked);
    const isFirst = await table.begin(user, device, start);
    return { known: !isFirst, cursors: start };
  };
  const save = async (user: User, device: Device, cursors: Cursors): Promise<void> => {
    later.add(keyOf(user, device), cursors);
    await cache.raise(user, device, cursors).catch(() => later.flush());
  };
  return {
    port: {
      open: (user, device) => fromPromise(() => open(user, device), faultOf),
      save: (user, device, cursors) => fromPromise(() => save(user, device, cursors), faultOf),
    },
    flush: () => later.flush(),
  };
};
