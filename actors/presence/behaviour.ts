/**
 * The presence actor: one per node. It marks the users who are connected here, looks at those who are watched, and
 * tells watchers what changed. Best effort, and private: whoever shares no conversation with a user is told nothing.
 */
import type { User } from '#contract/conversation';
import type { ToPresence } from '#actors/messages';
import type { Hands, Here, Message, Own, PresenceActorState, PresenceKit } from '#actors/presence/state';
import {
  changed,
  lookAtUnsure,
  looked,
  seen,
  shares,
  takeNote,
  unwatch,
  watch,
  watchAgain,
} from '#actors/presence/watching';
import { presenceMachine } from '#machines/presence';
import { machineActor } from '#runtime/machine-actor';
import type { Behaviour, Context } from '#runtime/types';

export const presenceBehaviour = (kit: PresenceKit): Behaviour<PresenceActorState, Message> => ({
  kind: 'presence',
  init: (ctx) => begin(kit, ctx),
  receive: (state, message, ctx) => {
    receive({ kit, state, ctx }, message);
    return state;
  },
  stopped: (state, _reason, ctx) => allGo({ kit, state, ctx }),
});

const begin = ({ limits }: PresenceKit, ctx: Context<Message>): PresenceActorState => {
  ctx.every('beat', limits['presence.beatMs'], { t: 'beat' });
  ctx.every('look', limits['presence.lookMs'], { t: 'look' });
  return {
    machine: machineActor(ctx, presenceMachine, undefined, () => undefined),
    here: new Map(),
    watchers: new Map(),
    watched: new Map(),
    known: new Map(),
    unsure: new Set(),
  };
};

const receive = (hands: Hands, message: Message): void => {
  switch (message.t) {
    case 'came':
      return came(hands, message);
    case 'went':
      return went(hands, message);
    case 'watch':
      return watch(hands, message);
    case 'lost':
      return lost(hands, message.user, message.session);
    case 'look-again':
      return watchAgain(hands, message.session);
    default:
      return receiveOwn(hands, message);
  }
};

const receiveOwn = (hands: Hands, message: Own): void => {
  switch (message.t) {
    case 'beat':
      return beat(hands);
    case 'look':
      lookAtUnsure(hands);
      return lookAtAll(hands);
    case 'marked':
      return lookAt(hands, message.users);
    case 'looked':
      return looked(hands, message.outcome);
    case 'noted':
      return message.outcome.ok ? changed(hands, takeNote(hands, message.outcome.value)) : undefined;
    case 'shares':
      return shares(hands, message.look, message.outcome);
    case 'seen':
      return seen(hands, message);
    case 'done':
      return undefined;
  }
};

const came = (hands: Hands, { user, session, ref }: Extract<ToPresence, { t: 'came' }>): void => {
  const { kit, state, ctx } = hands;
  const one: Here = { ref, hasSocket: true };
  const sessions = state.here.get(user);
  if (sessions !== undefined) {
    release(sessions);
    return void sessions.set(session, one);
  }
  state.here.set(user, new Map([[session, one]]));
  const marking = kit.ports.presence.beat(kit.node, [user], ctx.now);
  ctx.start(marking, () => ({ t: 'marked', users: [user] }));
};

/** Nobody has seen them since; for others they are online until the session is over. */
const lost = (hands: Hands, user: User, session: string): void => {
  unwatch(hands, session);
  const sessions = hands.state.here.get(user);
  const one = sessions?.get(session);
  if (sessions === undefined || one === undefined) return;
  release(sessions);
  one.hasSocket = false;
  if (sessions.size > 1) release(sessions);
};

/**
 * One session is enough to keep a user online. Those that wait for their user beside it would be as many as their
 * connections, or polls, of the whole grace period.
 */
const release = (sessions: Map<string, Here>): void => {
  for (const [session, { ref, hasSocket }] of sessions) {
    if (hasSocket) continue;
    sessions.delete(session);
    ref.tell({ t: 'replaced' });
  }
};

const went = (hands: Hands, { user, session, at }: Extract<ToPresence, { t: 'went' }>): void => {
  const { kit, state, ctx } = hands;
  unwatch(hands, session);
  const sessions = state.here.get(user);
  if (sessions?.delete(session) !== true || sessions.size > 0) return;
  state.here.delete(user);
  ctx.start(kit.ports.presence.gone(kit.node, user, at), () => ({ t: 'marked', users: [user] }));
};

/** Whoever is connected here is so no more: their last sign of life is kept. */
const allGo = ({ kit, state, ctx }: Hands): void => {
  for (const user of state.here.keys())
    ctx.start(kit.ports.presence.gone(kit.node, user, ctx.now), () => ({ t: 'done' }));
  state.machine.send({ type: 'STOPPED' });
  state.machine.stop();
};

const hasSocket = (sessions: ReadonlyMap<string, Here>): boolean => {
  for (const one of sessions.values()) if (one.hasSocket) return true;
  return false;
};

const beat = ({ kit, state, ctx }: Hands): void => {
  const users: User[] = [];
  for (const [user, sessions] of state.here) if (hasSocket(sessions)) users.push(user);
  if (users.length > 0) ctx.start(kit.ports.presence.beat(kit.node, users, ctx.now), () => ({ t: 'done' }));
};

/** What the port says of all who are watched here. */
const lookAtAll = ({ kit, state, ctx }: Hands): void => {
  const watched = [...state.watched.keys()];
  if (watched.length > 0) ctx.start(kit.ports.presence.of(watched, ctx.now), (outcome) => ({ t: 'looked', outcome }));
};

/** The same of those of them who have just come or gone. */
const lookAt = ({ kit, state, ctx }: Hands, users: readonly User[]): void => {
  const watched = users.filter((user) => state.watched.has(user));
  if (watched.length > 0) ctx.start(kit.ports.presence.of(watched, ctx.now), (outcome) => ({ t: 'noted', outcome }));
};
