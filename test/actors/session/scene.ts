/** A session actor alone: a recorded outlet, ports answered by hand, virtual time. */
import type { LimitName } from '#contract/limits';
import type { ClientFrame, ServerFrame } from '#contract/frames';
import type { LastKnown, Notice } from '#contract/ports/bus';
import type { Outlet } from '#contract/ports/outlet';
import { sessionBehaviour } from '#actors/session/behaviour';
import type { Standing, ToConversation } from '#actors/messages';
import { sharedMessage } from '#actors/wire';
import { Admission } from '#resilience/admission';
import { probe } from '#testkit/probe';
import {
  entry,
  heldBus,
  heldInbox,
  heldPending,
  heldPositions,
  heldReceipts,
  heldStore,
  heldTokens,
  ids,
  limitsWith,
  neighbours,
} from '#test/actors/kit';

const recordedOutlet = () => {
  const frames: ServerFrame[] = [];
  const closes: { code: number; reason: string }[] = [];
  let pings = 0;
  let taken = 0;
  let buffered = 0;
  const outlet: Outlet = {
    connection: 'connection-1',
    ip: '127.0.0.1',
    send: (frame) => frames.push(frame),
    message: (shared) => frames.push(shared.frame),
    ping: () => (pings += 1),
    close: (code, reason) => closes.push({ code, reason }),
    bufferedBytes: () => buffered,
    lastHeardAt: () => 0,
  };
  const take = (): ServerFrame[] => {
    const news = frames.slice(taken);
    taken = frames.length;
    return news;
  };
  const buffer = (bytes: number): void => {
    buffered = bytes;
  };
  return { outlet, closes, take, buffer, pings: () => pings };
};

export const start = (limits: Partial<Record<LimitName, number>> = {}) => {
  const out = recordedOutlet();
  const tokens = heldTokens();
  const bus = heldBus();
  const positions = heldPositions();
  const store = heldStore();
  const receipts = heldReceipts();
  const inbox = heldInbox();
  const pending = heldPending();
  const { delivery, gateway, presence } = neighbours();
  const told: { conv: string; message: ToConversation }[] = [];
  /** What devices hold, as conversations are told. */
  const delivered: { conv: string; seq: number }[] = [];
  const conversations = {
    tell: (conv: string, message: ToConversation) => {
      if (message.t === 'delivered') delivered.push({ conv, seq: message.seq });
      else told.push({ conv, message });
      return undefined;
    },
  };
  const inForce = limitsWith(limits);
  const kit = {
    node: 'n1',
    ports: { tokens, bus, positions, receipts, inbox, store, pending },
    ids,
    limits: inForce,
    delivery,
    gateway,
    presence,
    admission: new Admission(inForce),
    conversations,
  };
  const actor = probe(sessionBehaviour('s1', out.outlet, kit), { limits, supervision: { kind: 'stop' } });
  const frame = (given: ClientFrame): void => {
    actor.send({ t: 'frame', frame: given });
  };
  const ports = { tokens, bus, positions, receipts, inbox, store, pending };
  return { ...actor, ...out, ...ports, delivery, gateway, presence, told, delivered, frame };
};

export type Session = ReturnType<typeof start>;

export const address = { user: 'bob', device: 'phone', node: 'n1', session: 's1', epoch: 7 };

/** From hello to welcome: the index knows `last`, the device stands at `stored`. */
export const enter = (
  session: Session,
  {
    cursors = {},
    last = {},
    stored = {},
    truth = {},
  }: {
    cursors?: Record<string, number>;
    last?: Record<string, LastKnown>;
    stored?: Record<string, number>;
    truth?: Record<string, number>;
  } = {},
) => {
  session.frame({ t: 'hello', token: 'token', device: 'phone', cursors: new Map(Object.entries(cursors)) });
  session.tokens.verify.take().answer({ user: 'bob', expiresAt: 3_600_000, admin: false });
  session.settle();
  session.bus.register.take().answer({ address, replaced: null, crowdedOut: null });
  session.settle();
  session.positions.open.take().answer({ known: true, cursors: new Map(Object.entries(stored)) });
  session.settle();
  session.bus.resync.take().answer({ last: new Map(Object.entries(last)), current: address });
  session.settle();
  if (Object.keys(cursors).length === 0) return;
  session.store.lastSeqs.take().answer(new Map(Object.entries(truth)));
  session.settle();
};

export const standing = (changed: Partial<Standing> = {}): Standing => ({
  conv: 'c1',
  kind: 'group',
  title: undefined,
  members: ['alice', 'bob'],
  since: 1,
  last: 0,
  ...changed,
});

export const shared = (...seqs: number[]) => seqs.map((seq) => sharedMessage('c1', entry(seq)));

export const notice = (from: number, to: number, changed: Partial<Notice> = {}) => {
  const seqs = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const value: Notice = {
    conv: 'c1',
    kind: 'group',
    from,
    to,
    entries: seqs.map((seq) => entry(seq)),
    at: 0,
    recipients: ['alice', 'bob'],
    added: [],
    removed: [],
    members: [],
    origin: null,
    ...changed,
  };
  return { t: 'notice', notice: value, messages: shared(...seqs) } as const;
};

export const seqsOf = (frames: readonly ServerFrame[]): number[] =>
  frames.flatMap((frame) => (frame.t === 'message' ? [frame.seq] : []));

export const ack = (seq: number): ClientFrame => ({ t: 'ack', conv: 'c1', seq });
