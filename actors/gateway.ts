/**
 * The gateway actor: one per node. It knows which sessions have a connection, says whether new ones are welcome, and
 * empties the node for maintenance: it announces, closes staggered, forces the rest.
 */
import { closeCodes } from '#contract/errors';
import type { Limits } from '#contract/limits';
import type { ToGateway, ToSession } from '#actors/messages';
import { gatewayMachine } from '#machines/gateway';
import type { GatewayEmitted } from '#machines/gateway';
import { machineActor } from '#runtime/machine-actor';
import type { MachineHost } from '#runtime/machine-actor';
import type { Behaviour, Context, Ref } from '#runtime/types';

export interface GatewayKit {
  readonly limits: Limits;
  /** Whether other servers can take over: the only one drains in drain.aloneMs. */
  readonly alone: boolean;
  /** Told with every change, for health pages. */
  readonly onState: (state: string) => void;
}

type Message = ToGateway | { readonly t: 'close-some' };
type Ctx = Context<Message>;

interface State {
  readonly machine: MachineHost<typeof gatewayMachine>;
  readonly sessions: Map<string, Ref<ToSession>>;
  readonly drained: (() => void)[];
  /** Sessions to close in each tick of a drain. */
  perTick: number;
}

export const gatewayBehaviour = (kit: GatewayKit): Behaviour<State, Message> => ({
  kind: 'gateway',
  init: (ctx) => begin(kit, ctx),
  receive: (state, message, ctx) => {
    receive(kit, state, message, ctx);
    kit.onState(state.machine.state);
    return state;
  },
  stopped: (state) => state.machine.stop(),
});

const drainMs = ({ limits, alone }: GatewayKit): number =>
  alone ? Math.min(limits['drain.aloneMs'], limits['drain.ms']) : limits['drain.ms'];

/** Whoever is told last still has the time to leave; where there is little, half of it. */
const tellingMs = (kit: GatewayKit): number => Math.max(drainMs(kit) / 2, drainMs(kit) - kit.limits['leave.withinMs']);

const begin = (kit: GatewayKit, ctx: Ctx): State => {
  const sessions = new Map<string, Ref<ToSession>>();
  const drained: (() => void)[] = [];
  const onEmit = (emitted: GatewayEmitted): void => {
    if (emitted.type === 'announce') announce(sessions, emitted.withinMs);
    else if (emitted.type === 'closeRest') closeFirst(sessions, sessions.size);
    else for (const call of drained.splice(0)) call();
  };
  const machine = machineActor(ctx, gatewayMachine, { drainMs: drainMs(kit) }, onEmit);
  return { machine, sessions, drained, perTick: 0 };
};

const receive = (kit: GatewayKit, state: State, message: Message, ctx: Ctx): void => {
  const { machine, sessions } = state;
  switch (message.t) {
    case 'joined':
      sessions.set(message.session, message.ref);
      if (machine.in('draining')) message.ref.tell({ t: 'leave', code: closeCodes.maintenance, reason: 'maintenance' });
      if (sessions.size >= kit.limits['connections.node'] && machine.in('serving')) machine.send({ type: 'FULL' });
      return;
    case 'left':
      sessions.delete(message.session);
      if (machine.in('shedding')) machine.send({ type: 'ROOM' });
      if (machine.in('draining') && sessions.size === 0) machine.send({ type: 'EMPTY' });
      return;
    case 'ready':
      if (machine.in('warming')) machine.send({ type: 'READY' });
      return;
    case 'drain':
      return drain(kit, state, message.drained, ctx);
    case 'close-some':
      return closeFirst(sessions, state.perTick);
  }
};

const drain = (kit: GatewayKit, state: State, call: () => void, ctx: Ctx): void => {
  const { machine, sessions, drained } = state;
  if (machine.in('drained')) return call();
  drained.push(call);
  if (machine.in('draining')) return;
  machine.send({ type: 'DRAIN' });
  if (sessions.size === 0) return machine.send({ type: 'EMPTY' });
  const ticks = Math.max(1, Math.floor(tellingMs(kit) / kit.limits['leave.tickMs']) - 1);
  state.perTick = Math.ceil(sessions.size / ticks);
  ctx.every('close-some', kit.limits['leave.tickMs'], { t: 'close-some' });
};

const announce = (sessions: State['sessions'], withinMs: number): void => {
  for (const session of sessions.values()) session.tell({ t: 'maintenance', withinMs });
};

/** In the order in which they came. One that was told closes once its sends are answered, and then has `left`. */
const closeFirst = (sessions: State['sessions'], count: number): void => {
  let left = count;
  for (const [name, session] of sessions) {
    if (left === 0) return;
    left -= 1;
    session.tell({ t: 'leave', code: closeCodes.maintenance, reason: 'maintenance' });
    // To the end of the line: a later tick takes others first.
    sessions.delete(name);
    sessions.set(name, session);
  }
};
