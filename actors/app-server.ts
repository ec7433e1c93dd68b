/**
 * The actor tree of one app server, over whatever ports and driver it is given: the same in production, on a tester's
 * desk and in a simulation.
 */
import type { ApiAnswer, ApiCall, PollAnswer, PollCall } from '#contract/api';
import type { Conv } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { FromConnection } from '#contract/inlet';
import type { Limits } from '#contract/limits';
import type { Meter } from '#contract/metrics';
import type { NodeMessage, NodeName } from '#contract/ports/bus';
import type { Outlet } from '#contract/ports/outlet';
import type { Ports } from '#contract/ports/ports';
import type { Ids } from '#contract/ports/system';
import { conversationBehaviour } from '#actors/conversation/behaviour';
import { deliveryBehaviour } from '#actors/delivery';
import { drainerBehaviour } from '#actors/drainer';
import { gatewayBehaviour } from '#actors/gateway';
import type { ToConversation } from '#actors/messages';
import { presenceBehaviour } from '#actors/presence/behaviour';
import { pollBehaviour, refusedPoll } from '#actors/poll/behaviour';
import type { PollKit } from '#actors/poll/behaviour';
import { refusedFrame, requestBehaviour } from '#actors/request';
import type { RequestKit } from '#actors/request';
import { sessionBehaviour } from '#actors/session/behaviour';
import { sweeperBehaviour } from '#actors/sweeper';
import { Admission } from '#resilience/admission';
import { Nursery } from '#runtime/nursery';
import { Region } from '#runtime/region';
import type { ActorSystem } from '#runtime/system';
import type { Ref } from '#runtime/types';

export interface AppServerOptions {
  readonly system: ActorSystem;
  readonly node: NodeName;
  readonly ports: Ports;
  readonly ids: Ids;
  readonly limits: Limits;
  /** No other server takes over this one's clients. */
  readonly alone: boolean;
  /** Told what is refused over a rate. */
  readonly meter?: Meter;
  /** Told with every change of the gateway's machine. */
  readonly onState?: (state: string) => void;
}

export interface AppServer {
  /** A session for a new connection; where its frames go. */
  openSession(outlet: Outlet): Ref<FromConnection>;
  /** Answers one call over HTTP, exactly once. */
  request(call: ApiCall, done: (answer: ApiAnswer) => void): void;
  /** Answers one long poll, unless it is cancelled by what this returns. */
  poll(call: PollCall, done: (answer: PollAnswer) => void): () => void;
  /** State of the gateway's machine: `serving` takes new connections. */
  state(): string;
  /** Empties the node; calls back when the last connection has gone. */
  drain(drained: () => void): void;
  /** Ends what the tree has started outside of itself. */
  detach(): void;
}

export const appServer = (options: AppServerOptions): AppServer => {
  const { system, node, ports, ids, limits, alone } = options;
  let gatewayState = 'warming';
  const onState = (state: string): void => {
    gatewayState = state;
    options.onState?.(state);
  };
  const gateway = system.spawn(gatewayBehaviour({ limits, alone, onState }), 'gateway', {
    mailbox: limits['mailbox.delivery'],
  });
  const delivery = system.spawn(deliveryBehaviour(), 'delivery', { mailbox: limits['mailbox.delivery'] });
  const conversations = new Region<ToConversation>(system, 'conversations', {
    behaviour: (conv: Conv) => conversationBehaviour(conv, { node, ports, ids, limits, delivery }),
    idleMs: limits['conversation.idleMs'],
    child: { mailbox: limits['mailbox.conversation'] },
  });
  const presence = system.spawn(presenceBehaviour({ node, ports, limits }), 'presence', {
    mailbox: limits['mailbox.presence'],
  });
  const sessions = new Nursery(system, 'sessions');
  system.spawn(sweeperBehaviour({ store: ports.store, limits, gateway, conversations }), 'sweeper');
  const receive = (message: NodeMessage): void => {
    if (message.t !== 'contended') system.tellCausedBy(message.cause, delivery, message);
    else conversations.tellActive(message.conv, message.cause, { t: 'contended' });
  };
  const unsubscribe = ports.bus.subscribe(node, receive);
  const endDrain = startDrainer(options, conversations);
  const admission = new Admission(limits, options.meter);
  const kit = { node, ports, ids, limits, delivery, gateway, presence, admission, conversations };
  const openSession = (outlet: Outlet): Ref<FromConnection> =>
    sessions.spawn(sessionBehaviour(outlet.connection, outlet, kit), outlet.connection, {
      mailbox: limits['mailbox.session'],
      supervision: { kind: 'stop' },
    });
  return {
    openSession,
    request: answerer(kit, new Nursery(system, 'requests')),
    poll: poller({ limits, admission, openSession }, node, new Nursery(system, 'polls')),
    state: () => gatewayState,
    drain: (drained) => {
      gateway.tell({ t: 'drain', drained });
    },
    detach: () => {
      unsubscribe();
      endDrain();
    },
  };
};

/** Where sends can be queued, each node stores what was. Answers how to end it. */
const startDrainer = (
  { system, ports, limits }: AppServerOptions,
  conversations: Region<ToConversation>,
): (() => void) => {
  const { pending } = ports;
  if (pending === undefined) return () => undefined;
  const drainer = system.spawn(drainerBehaviour({ conversations }), 'drainer', { mailbox: limits['mailbox.default'] });
  return pending.drain((batch) => {
    if (drainer.tell({ t: 'batch', batch }) !== undefined) batch.later();
  });
};

/** An actor for each call, as many at a time as may be. */
const answerer = (kit: RequestKit, requests: Nursery): AppServer['request'] => {
  let calls = 0;
  return (call, done) => {
    const { limits } = kit;
    if (requests.size >= limits['http.inFlight']) {
      const why = fault('gateway.overloaded', 'too many requests at once', 'none', limits['retry.afterMs']);
      return done({ frame: refusedFrame(limits, call, why), isNew: false });
    }
    calls += 1;
    requests.spawn(requestBehaviour(kit, call, done), `r${calls}`, { supervision: { kind: 'stop' } });
  };
};

/** An actor for each poll. */
const poller = (kit: PollKit, node: NodeName, polls: Nursery): AppServer['poll'] => {
  let count = 0;
  return (call, done) => {
    const { limits } = kit;
    if (polls.size >= limits['poll.atOnce']) {
      done(refusedPoll(limits, fault('gateway.overloaded', 'too many polls at once', 'none', limits['retry.afterMs'])));
      return () => undefined;
    }
    count += 1;
    const name = `${node}-p${count}`;
    const poll = polls.spawn(pollBehaviour(kit, name, call, done), name, {
      mailbox: limits['mailbox.session'],
      supervision: { kind: 'stop' },
    });
    return () => {
      poll.tell({ t: 'cancel' });
    };
  };
};
