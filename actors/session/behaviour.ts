/**
 * The session actor: one connection of a user's device, from the accepted socket to its end. Its life cycle is the
 * machine; messages pass as plain code that asks the machine's state. It never restarts under a living connection.
 */
import { fault } from '#contract/effects';
import type { ClientFrame } from '#contract/frames';
import type { Outlet } from '#contract/ports/outlet';
import * as answers from '#actors/session/answers';
import { inbox, inboxCame, inboxesDue, readDone } from '#actors/session/inbox';
import { inTurn, turnOver } from '#actors/session/in-turn';
import { lookUpOwed } from '#actors/session/owing';
import * as receipts from '#actors/session/receipts';
import { presenceCame, watch, watchAgain } from '#actors/session/watching';
import { heartbeat, lastWords, leaveNow, lost, tokenExpired } from '#actors/session/ending';
import {
  hello,
  lastsCame,
  positioned,
  readStanding,
  registered,
  standingCame,
  verified,
} from '#actors/session/entering';
import { ack, saved, standFailed, stands } from '#actors/session/positions';
import { resyncCame } from '#actors/session/resync';
import type { Ctx, Hands, Message, Own, SessionKit, SessionState } from '#actors/session/state';
import { answered, readAgain, replayed, replayFailed, windowMoved } from '#actors/session/catch-up';
import { gapStays, noticeCame } from '#actors/session/stream';
import type { ToSession } from '#actors/messages';
import { sessionMachine } from '#machines/session';
import type { SessionEmitted } from '#machines/session';
import { Insistence } from '#resilience/insistence';
import { machineActor } from '#runtime/machine-actor';
import type { Behaviour } from '#runtime/types';

export const sessionBehaviour = (name: string, outlet: Outlet, kit: SessionKit): Behaviour<SessionState, Message> => ({
  kind: 'session',
  init: (ctx) => begin(name, outlet, kit, ctx),
  receive: (state, message, ctx) => {
    const hands = { kit, state, ctx, outlet };
    if (!receiveTold(hands, message)) receiveOwn(hands, message as Own);
    if (state.leaving !== undefined && state.pendingCount === 0) leaveNow(hands);
    return state;
  },
  stopped: (state, reason, ctx) => lastWords({ kit, state, ctx, outlet }, reason),
});

const begin = (name: string, outlet: Outlet, kit: SessionKit, ctx: Ctx): SessionState => {
  const { limits } = kit;
  const input = { helloWithinMs: limits['hello.withinMs'], graceMs: limits['session.graceMs'] };
  const onEmit = (emitted: SessionEmitted): void => {
    if (emitted.type === 'close') outlet.close(emitted.code, emitted.reason);
    else ctx.after('expired', 0, { t: 'expired' });
  };
  kit.gateway.tell({ t: 'joined', session: name, ref: ctx.self });
  ctx.every('heartbeat', limits['heartbeat.ms'], { t: 'heartbeat' });
  ctx.every('resync', limits['resync.everyMs'], { t: 'resync' });
  return {
    machine: machineActor(ctx, sessionMachine, input, onEmit),
    name,
    who: undefined,
    asker: undefined,
    verifying: false,
    address: undefined,
    registering: false,
    replaces: [],
    lostAt: undefined,
    cursors: new Map(),
    positions: undefined,
    views: new Map(),
    early: new Map(),
    left: new Map(),
    ownUnseen: new Map(),
    catchUp: new Set(),
    reading: undefined,
    readingIsVoid: false,
    waiting: new Set(),
    unacked: 0,
    insistence: new Insistence(),
    pending: new Map(),
    pendingCount: 0,
    owed: new Set(),
    queued: new Map(),
    unsaved: new Map(),
    saving: false,
    doubtful: new Map(),
    positionsDue: new Set(),
    askingPositions: false,
    turn: { isBusy: false, waiting: [] },
    readsOpen: 0,
    inboxes: [],
    watched: [],
    leaving: undefined,
  };
};

/** What others tell; false when it is not one of these. */
const receiveTold = (hands: Hands, message: Message): boolean => {
  switch (message.t) {
    case 'frame':
      frame(hands, message.frame);
      return true;
    case 'stored':
      answers.stored(hands, message.conv, message.answers);
      answered(hands, message.conv);
      return true;
    case 'queued':
      answers.queued(hands, message);
      answered(hands, message.conv);
      return true;
    case 'notice':
      noticeCame(hands, message.notice, message.messages);
      return true;
    case 'replayed':
      replayed(hands, message);
      return true;
    case 'replay-failed':
      replayFailed(hands, message);
      return true;
    case 'read-done':
      readDone(hands);
      return true;
    case 'receipt':
      receipts.receiptCame(hands, message.receipt);
      return true;
    default:
      return receiveRare(hands, message);
  }
};

const receiveRare = (hands: Hands, message: Exclude<Message, { t: 'frame' }>): boolean => {
  switch (message.t) {
    case 'refused':
      if (message.of === 'read') readDone(hands);
      answers.refused(hands, message);
      answered(hands, message.conv);
      if (message.of === 'history' || message.of === 'open') turnOver(hands);
      return true;
    case 'opened':
      answers.opened(hands, message.id, message.standing);
      turnOver(hands);
      return true;
    case 'members-are':
      answers.membersAre(hands, message.id, message.standing);
      return true;
    case 'page':
      answers.page(hands, message);
      turnOver(hands);
      return true;
    case 'stands':
      stands(hands, message.standing);
      return true;
    case 'types':
      receipts.typesCame(hands, message.conv, message.user);
      return true;
    case 'presence':
      presenceCame(hands, message.states);
      return true;
    case 'stand-failed':
      standFailed(hands, message.conv, message.fault);
      return true;
    default:
      return receiveLifeCycle(hands, message);
  }
};

const receiveLifeCycle = (hands: Hands, message: { readonly t: string } & (ToSession | Own)): boolean => {
  const { state, outlet } = hands;
  switch (message.t) {
    case 'lost':
      lost(hands);
      return true;
    case 'replaced':
      if (!state.machine.in('expired')) state.machine.send({ type: 'REPLACED' });
      return true;
    case 'maintenance':
      outlet.send({ t: 'server_maintenance', reconnectWithinMs: message.withinMs });
      return true;
    case 'leave':
      // Told again, it has no longer than it had.
      if (state.leaving !== undefined) return true;
      state.leaving = message;
      hands.ctx.after('leave', hands.kit.limits['leave.withinMs'], { t: 'leave-now' });
      return true;
    default:
      return false;
  }
};

const receiveOwn = (hands: Hands, message: Own): void => {
  const { state } = hands;
  switch (message.t) {
    case 'verified':
      return verified(hands, message.device, message.cursors, message.outcome);
    case 'registered':
      return registered(hands, message.outcome);
    case 'positioned':
      return positioned(hands, message.outcome);
    case 'resync-came':
      return message.first ? standingCame(hands, message.outcome) : resyncCame(hands, message.outcome);
    case 'lasts-came':
      return lastsCame(hands, message.index, message.outcome);
    case 'turn-over':
      return turnOver(hands);
    case 'inbox-due':
      return inboxesDue(hands);
    case 'inbox-came':
      return inboxCame(hands, message.id, message.outcome);
    case 'positions-due':
      return receipts.askPositions(hands);
    case 'positions-came':
      return receipts.positionsCame(hands, message.convs, message.outcome);
    case 'owed-due':
      return lookUpOwed(hands);
    case 'owed-came':
      return answers.owedCame(hands, message.conv, message.outcome);
    case 'watch-again':
      return watchAgain(hands);
    case 'saved':
      return saved(hands, message.positions, message.outcome);
    case 'heartbeat':
      return heartbeat(hands);
    case 'resync':
      return state.machine.in('connected') || state.machine.in('slow') ? readStanding(hands, false) : undefined;
    case 'token-expired':
      return tokenExpired(hands);
    case 'look-again':
      return windowMoved(hands);
    case 'read-again':
      return readAgain(hands);
    case 'leave-now':
      return leaveNow(hands);
    case 'gap':
      return gapStays(hands, message.conv);
    case 'expired':
      return state.registering ? undefined : hands.ctx.stop(hands.ctx.self);
    case 'done':
      return undefined;
  }
};

const frame = (hands: Hands, received: ClientFrame): void => {
  const { state } = hands;
  if (received.t === 'hello') return hello(hands, received);
  if (!(state.machine.in('connected') || state.machine.in('slow'))) return notReady(hands, received);
  switch (received.t) {
    case 'send':
      return answers.send(hands, received);
    case 'ack':
      return ack(hands, received);
    case 'read':
      return receipts.readUpTo(hands, received);
    case 'inbox':
      return inbox(hands, received);
    case 'typing':
      return receipts.typing(hands, received);
    case 'watch':
      return watch(hands, received);
    case 'history':
      return inTurn(hands, received);
    case 'open':
      return inTurn(hands, received);
    case 'members':
      return answers.members(hands, received);
    case 'ping':
      return hands.outlet.send({ t: 'pong' });
  }
};

const notReady = (hands: Hands, received: ClientFrame): void => {
  if (!hands.state.machine.in('authenticating')) return;
  const about: { id?: string; conv?: string; of: string } = { of: received.t };
  if ('id' in received) about.id = received.id;
  if ('conv' in received) about.conv = received.conv;
  answers.sendError(hands, fault('gateway.not_ready', 'the first frame is hello'), about);
};
