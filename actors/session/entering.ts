/**
 * From `hello` to `ready`: the token, the registration (an older connection of the device goes), where the device
 * stands, and the replay. The session is attached to delivery before it reads where anything stands, so that nothing
 * falls between.
 */
import type { Conv, Device, Seq } from '#contract/conversation';
import { fault } from '#contract/effects';
import type { Outcome } from '#contract/effects';
import { closeCodes } from '#contract/errors';
import type { HelloFrame } from '#contract/frames';
import type { LastKnown, Registered, Resync } from '#contract/ports/bus';
import type { DevicePositions } from '#contract/ports/positions';
import type { Claims } from '#contract/ports/system';
import { sendError } from '#actors/session/answers';
import { remember } from '#actors/session/positions';
import { tellDelivered } from '#actors/session/receipts';
import { closeConnection, newView } from '#actors/session/state';
import type { Hands } from '#actors/session/state';
import { behind, pumpCatchUp } from '#actors/session/catch-up';

export const hello = ({ kit, state, ctx, ...rest }: Hands, { token, device, cursors }: HelloFrame): void => {
  if (state.verifying || (state.who !== undefined && state.machine.in('authenticating')))
    return sendError({ kit, state, ctx, ...rest }, fault('gateway.not_ready', 'hello is being answered'), {
      of: 'hello',
    });
  state.verifying = true;
  ctx.start(kit.ports.tokens.verify(token, ctx.now), (outcome) => ({ t: 'verified', device, cursors, outcome }));
};

export const verified = (
  hands: Hands,
  device: Device,
  cursors: ReadonlyMap<Conv, Seq>,
  outcome: Outcome<Claims>,
): void => {
  const { kit, state, ctx } = hands;
  state.verifying = false;
  if (!outcome.ok) return closeConnection(hands, closeCodes.unauthenticated, outcome.fault.message);
  const { user, expiresAt } = outcome.value;
  if (state.who !== undefined) return renewed(hands, device, outcome.value);
  if (!state.machine.in('authenticating')) return;
  state.who = { user, device, expiresAt };
  state.cursors = cursors;
  ctx.after('token', expiresAt + kit.limits['token.leewayMs'] - ctx.now, { t: 'token-expired' });
  state.registering = true;
  const registration = { user, device, node: kit.node, session: state.name };
  const registering = kit.ports.bus.register(registration, ctx.now, kit.limits['devices.user']);
  ctx.start(registering, (came) => ({ t: 'registered', outcome: came }));
};

/** A fresh token on a living session: same user and device, answered by `welcome` alone. */
const renewed = (hands: Hands, device: Device, { user, expiresAt }: Claims): void => {
  const { kit, state, ctx } = hands;
  const { who } = state;
  if (who === undefined) return;
  if (user !== who.user) return closeConnection(hands, closeCodes.unauthenticated, 'a token of another user');
  if (device !== who.device)
    return sendError(hands, fault('gateway.bad_frame', 'hello of another device'), { of: 'hello' });
  who.expiresAt = expiresAt;
  ctx.after('token', expiresAt + kit.limits['token.leewayMs'] - ctx.now, { t: 'token-expired' });
  welcome(hands);
};

export const registered = (hands: Hands, outcome: Outcome<Registered>): void => {
  const { kit, state, ctx } = hands;
  const { who } = state;
  state.registering = false;
  if (outcome.ok) state.address = outcome.value.address;
  // The connection went meanwhile: the last words take the registration back.
  if (state.machine.in('expired')) return ctx.stop(ctx.self);
  if (!outcome.ok || who === undefined) return failed(hands);
  const { replaced, crowdedOut } = outcome.value;
  state.replaces = [replaced, crowdedOut].filter((old) => old !== null);
  kit.delivery.tell({ t: 'attach', user: who.user, session: state.name, ref: ctx.self });
  ctx.start(kit.ports.positions.open(who.user, who.device), (positioned) => ({ t: 'positioned', outcome: positioned }));
};

/**
 * The older connection of the device goes (or that of the device longest connected, where there are too many), but not
 * before this one is welcomed: a node that was paused may hold the beginnings of a connection that is long gone, and
 * must not end the living one for its sake.
 */
const endOlder = ({ kit, state, ctx }: Hands): void => {
  for (const old of state.replaces) {
    const message = { t: 'replaced', cause: ctx.cause, old } as const;
    if (old.node === kit.node) kit.delivery.tell(message);
    else ctx.start(kit.ports.bus.publish(old.node, message), () => ({ t: 'done' }));
  }
  state.replaces = [];
};

export const positioned = (hands: Hands, outcome: Outcome<DevicePositions>): void => {
  const { state } = hands;
  if (!outcome.ok) return failed(hands);
  state.positions = outcome.value;
  readStanding(hands, true);
};

/** Asks where every conversation of the user stands. */
export const readStanding = ({ kit, state, ctx }: Hands, first: boolean): void => {
  if (state.who === undefined) return;
  const { user, device } = state.who;
  ctx.start(kit.ports.bus.resync(user, device), (outcome) => ({ t: 'resync-came', first, outcome }));
};

/** The index may lag behind the store: what the client named is asked of the store, so that `resumed` is exact. */
export const standingCame = (hands: Hands, outcome: Outcome<Resync>): void => {
  const { kit, state, ctx } = hands;
  if (!outcome.ok) return failed(hands);
  const { last } = outcome.value;
  if (state.cursors.size === 0) return replay(hands, last);
  const named = kit.ports.store.lastSeqs([...state.cursors.keys()]);
  ctx.start(named, (lasts) => ({ t: 'lasts-came', index: last, outcome: lasts }));
};

/** A store that cannot be asked now is no reason to turn the client away: the index has to do. */
export const lastsCame = (hands: Hands, index: Resync['last'], outcome: Outcome<ReadonlyMap<Conv, Seq>>): void => {
  if (!outcome.ok) return replay(hands, index);
  const raised = new Map(index);
  for (const [conv, seq] of outcome.value) {
    const known = index.get(conv);
    if (known !== undefined) raised.set(conv, { since: known.since, seq: Math.max(known.seq, seq) });
  }
  replay(hands, raised);
};

/** Where everything stands is known: `welcome`, then the replay. */
const replay = (hands: Hands, last: Resync['last']): void => {
  const { state } = hands;
  if (!state.machine.in('authenticating')) return;
  welcome(hands);
  endOlder(hands);
  if (state.who !== undefined)
    hands.kit.presence.tell({ t: 'came', user: state.who.user, session: state.name, ref: hands.ctx.self });
  state.machine.send({ type: 'WELCOMED' });
  for (const [conv, cursor] of state.cursors) named(hands, conv, cursor, last.get(conv));
  for (const [conv, known] of last) if (!state.cursors.has(conv)) unnamed(hands, conv, known);
  for (const [conv, seq] of state.early) heardEarly(hands, conv, seq);
  state.cursors = new Map();
  state.early.clear();
  pumpCatchUp(hands);
};

/** Named in `cursors`: answered by `resumed` or `removed`. What the index does not bear out, the store decides. */
const named = (hands: Hands, conv: Conv, cursor: Seq, known: LastKnown | undefined): void => {
  const { state } = hands;
  const borneOut = known !== undefined && cursor <= known.seq && cursor + 1 >= known.since;
  const view = newView(conv, borneOut ? known.since : 1, cursor + 1, Math.max(known?.seq ?? 0, cursor));
  view.unproven = !borneOut;
  view.resumedFrom = view.next;
  view.mode = 'behind';
  state.views.set(conv, view);
  state.catchUp.add(conv);
  if (!borneOut) return;
  if (cursor > (state.positions?.cursors.get(conv) ?? 0)) tellDelivered(hands, conv, cursor);
  remember(hands, conv, cursor);
};

const unnamed = ({ state }: Hands, conv: Conv, { seq, since }: LastKnown): void => {
  const cursor = state.positions?.cursors.get(conv) ?? 0;
  const next = Math.max(cursor + 1, since);
  const view = newView(conv, since, next, Math.max(seq, next - 1));
  state.views.set(conv, view);
  if (seq < next) return;
  view.resumedFrom = next;
  view.mode = 'behind';
  state.catchUp.add(conv);
};

/** Something came while this was being found out: it may be more than the index knew. */
const heardEarly = (hands: Hands, conv: Conv, seq: Seq): void => {
  const view = hands.state.views.get(conv);
  if (view !== undefined) {
    view.unproven = true;
    view.last = Math.max(view.last, seq);
  }
  behind(hands, conv);
};

const welcome = ({ kit, state, outlet }: Hands): void => {
  const { who, positions } = state;
  if (who === undefined) return;
  outlet.send({
    t: 'welcome',
    session: state.name,
    user: who.user,
    device: who.device,
    node: kit.node,
    heartbeatMs: kit.limits['heartbeat.ms'],
    ackWindow: kit.limits['window.unacked'],
    resumed: positions?.known ?? false,
    exp: who.expiresAt,
  });
};

const failed = (hands: Hands): void => closeConnection(hands, closeCodes.internal, 'the session could not be set up');
