// A connection between a socket that writes down what it is told and a session that accepts, or refuses.
import { noMeter } from '#contract/metrics';
import { fault, type Fault } from '#contract/effects';
import type { FromConnection } from '#contract/inlet';
import { withLimits, type LimitName } from '#contract/limits';
import { Connection } from '#gateway/connection/connection';
import type { Socket } from '#gateway/connection/socket';

export const mailboxFull = fault('runtime.mailbox_full', 'full');
export const stopped = fault('runtime.stopped', 'stopped');

export const stage = (changed: Partial<Record<LimitName, number>> = {}, openSession?: () => never) => {
  const sent: string[] = [];
  const closes: [number, string][] = [];
  const told: FromConnection[] = [];
  const errors: string[] = [];
  const world = { now: 1_000_000, buffered: 0, pings: 0, refusal: undefined as Fault | undefined, broken: false };
  const socket: Socket = {
    send: (data) => {
      if (world.broken) throw new Error('broken socket');
      sent.push(Buffer.from(data).toString());
    },
    ping: () => (world.pings += 1),
    close: (code, reason) => closes.push([code, reason]),
    bufferedBytes: () => world.buffered,
  };
  const tell = (message: FromConnection): Fault | undefined => {
    if (world.refusal === undefined) told.push(message);
    return world.refusal;
  };
  const connection = new Connection({
    name: 'c1',
    ip: '127.0.0.1',
    meter: noMeter,
    socket,
    now: () => world.now,
    limits: withLimits(changed),
    openSession: openSession ?? (() => ({ path: '/sessions/c1', tell })),
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (_message, fields) => errors.push(String(fields?.['error'])),
    },
  });
  return {
    connection,
    world,
    closes,
    told,
    errors,
    sent: () => sent.map((text) => JSON.parse(text) as Record<string, unknown>),
    raw: sent,
    codes: () => sent.map((text) => (JSON.parse(text) as { code?: string }).code),
    receive: (frame: unknown) => connection.receive(Buffer.from(JSON.stringify(frame)), false),
    receiveText: (text: string) => connection.receive(Buffer.from(text), false),
  };
};
