/**
 * Taking turns: servers that keep losing appends to one another ask for a turn before each, and append as fast as they
 * can while it lasts. Where nobody can be asked, they append all the same: the store decides, as ever.
 */
import { usersNow } from '#actors/conversation/roster';
import type { Hands, Own } from '#actors/conversation/state';

/** Whether a turn has to be had before the next append. */
export const needsTurn = ({ kit, state, ctx }: Hands): boolean =>
  kit.ports.baton !== undefined && state.machine.in('normal.turns') && ctx.now >= state.turnEndsAt;

export const askTurn = ({ kit, state, ctx }: Hands): void => {
  const { baton } = kit.ports;
  if (baton === undefined) return;
  state.pausing = true;
  ctx.start(baton.turn(state.conv, kit.node), (outcome) => ({ t: 'turn', outcome }));
};

/**
 * Whose turn it is. Answers what to do now: append; look first where it stands, for others have appended meanwhile; or
 * wait, and be asked again later.
 */
export const turnCame = (
  { kit, state, ctx }: Hands,
  { outcome }: Extract<Own, { t: 'turn' }>,
): 'append' | 'look' | 'wait' => {
  const turn = outcome.ok ? outcome.value : { isMine: true, forMs: kit.limits['baton.turnMs'], isAlone: false };
  if (!turn.isMine) {
    ctx.after('retry-append', turn.forMs, { t: 'retry-append' });
    state.hasWaited = true;
    return 'wait';
  }
  state.pausing = false;
  const hadOne = state.turnEndsAt > 0;
  state.turnEndsAt = ctx.now + turn.forMs;
  if (hadOne && turn.isAlone && state.machine.in('normal.turns')) state.machine.send({ type: 'ALONE' });
  const { hasWaited } = state;
  state.hasWaited = false;
  return hasWaited ? 'look' : 'append';
};

/** Whoever appends here without asking for turns is to ask from now on: it would win for ever. */
export const callForTurns = ({ kit, state, ctx }: Hands): void => {
  const message = { t: 'contended', cause: ctx.cause, conv: state.conv } as const;
  ctx.start(kit.ports.bus.tell(kit.node, usersNow(state.roster), message), () => ({ t: 'done' }));
};

/** Another server loses to this one. */
export const shareTurns = ({ kit, state }: Hands): void => {
  if (kit.ports.baton !== undefined && state.machine.in('normal')) state.machine.send({ type: 'CALLED' });
};

/** Nothing is held at this moment: whoever was answered may send again at once, and is waited for a little. */
export const lingerTurn = ({ kit, state, ctx }: Hands): void => {
  if (kit.ports.baton === undefined || ctx.now >= state.turnEndsAt || !state.machine.in('normal.turns')) return;
  ctx.after('end-turn', kit.limits['baton.lingerMs'], { t: 'end-turn' });
};

/** Nothing came: the next one need not wait for the end of the turn. */
export const endTurn = ({ kit, state, ctx }: Hands): void => {
  const { baton } = kit.ports;
  if (baton === undefined || state.inFlight !== undefined || state.held.length > 0) return;
  if (ctx.now >= state.turnEndsAt || !state.machine.in('normal.turns')) return;
  state.turnEndsAt = 0;
  ctx.start(baton.done(state.conv, kit.node), () => ({ t: 'done' }));
};
