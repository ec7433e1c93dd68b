/** How a connection ends: silence, an expired token, maintenance, a socket that went; and the session's last words. */
import { closeCodes } from '#contract/errors';
import { saveRest } from '#actors/session/positions';
import { closeConnection } from '#actors/session/state';
import type { Hands } from '#actors/session/state';
import type { StopReason } from '#runtime/types';

export const heartbeat = (hands: Hands): void => {
  const { kit, ctx, outlet } = hands;
  const silentFor = ctx.now - outlet.lastHeardAt();
  if (silentFor >= 2 * kit.limits['heartbeat.ms']) closeConnection(hands, closeCodes.heartbeat, 'no sign of life');
  else outlet.ping();
};

export const tokenExpired = ({ state }: Hands): void => {
  const { machine } = state;
  if (machine.in('connected') || machine.in('slow')) machine.send({ type: 'TOKEN_EXPIRED' });
  else if (machine.in('authenticating'))
    machine.send({ type: 'CLOSE', code: closeCodes.unauthenticated, reason: 'the token expired' });
};

export const leaveNow = (hands: Hands): void => {
  const { leaving } = hands.state;
  if (leaving === undefined) return;
  hands.state.leaving = undefined;
  closeConnection(hands, leaving.code, leaving.reason);
};

/** The socket is gone: nothing is delivered any more, and the user stays online for the grace period. */
export const lost = (hands: Hands): void => {
  const { kit, state, ctx } = hands;
  const { machine } = state;
  state.lostAt = ctx.now;
  saveRest(hands);
  if (!machine.in('authenticating')) unregister(hands);
  if (state.who !== undefined) kit.presence.tell({ t: 'lost', user: state.who.user, session: state.name });
  kit.gateway.tell({ t: 'left', session: state.name });
  if (state.who !== undefined) kit.delivery.tell({ t: 'detach', user: state.who.user, session: state.name });
  if (machine.in('authenticating') || machine.in('connected') || machine.in('slow')) machine.send({ type: 'LOST' });
};

/** It no longer counts as one of the user's devices. */
const unregister = ({ kit, state, ctx }: Hands): void => {
  if (state.address !== undefined) ctx.start(kit.ports.bus.unregister(state.address), () => ({ t: 'done' }));
  state.address = undefined;
};

export const lastWords = (hands: Hands, reason: StopReason): void => {
  const { kit, state, ctx, outlet } = hands;
  saveRest(hands);
  state.machine.stop();
  kit.gateway.tell({ t: 'left', session: state.name });
  if (state.who !== undefined) kit.delivery.tell({ t: 'detach', user: state.who.user, session: state.name });
  unregister(hands);
  if (state.who !== undefined)
    kit.presence.tell({ t: 'went', user: state.who.user, session: state.name, at: state.lostAt ?? ctx.now });
  if (reason.kind === 'failed') outlet.close(closeCodes.internal, 'a fault of ours');
};
