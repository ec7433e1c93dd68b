/** Watchers: what each is told of whom, after it is known again that the two share a conversation. */
import type { User } from '#contract/conversation';
import type { Outcome } from '#contract/effects';
import type { PresenceState, Seen } from '#contract/ports/presence';
import type { PresenceIs, ToPresence } from '#actors/messages';
import type { Hands, Look, Own, Watcher } from '#actors/presence/state';

export const watch = (hands: Hands, message: Extract<ToPresence, { t: 'watch' }>): void => {
  const { state } = hands;
  const { session, ref, user, users } = message;
  unwatch(hands, session);
  if (users.length === 0) return;
  const watcher: Watcher = { session, ref, user, users, told: new Map() };
  state.watchers.set(session, watcher);
  for (const one of users) state.watched.set(one, (state.watched.get(one) ?? new Set()).add(watcher));
  look(hands, { watcher, users, anyway: true });
};

export const unwatch = ({ state }: Hands, session: string): void => {
  const watcher = state.watchers.get(session);
  if (watcher === undefined) return;
  state.watchers.delete(session);
  for (const user of watcher.users) {
    const watchers = state.watched.get(user);
    watchers?.delete(watcher);
    if (watchers?.size !== 0) continue;
    state.watched.delete(user);
    state.known.delete(user);
  }
};

/** Those for whom it could not be found out what they may see. */
export const lookAtUnsure = (hands: Hands): void => {
  const sessions = [...hands.state.unsure];
  hands.state.unsure.clear();
  for (const session of sessions) watchAgain(hands, session);
};

/** With whom the watcher shares a conversation may have changed. */
export const watchAgain = (hands: Hands, session: string): void => {
  const watcher = hands.state.watchers.get(session);
  if (watcher !== undefined) look(hands, { watcher, users: watcher.users, anyway: false });
};

const look = ({ kit, ctx }: Hands, wanted: Look): void => {
  const { watcher, users } = wanted;
  ctx.start(kit.ports.members.sharing(watcher.user, users), (outcome) => ({ t: 'shares', look: wanted, outcome }));
};

/** Where it cannot be found out, nothing is shared; that is asked again with the next look. */
export const shares = ({ kit, state, ctx }: Hands, wanted: Look, outcome: Outcome<ReadonlySet<User>>): void => {
  const { session } = wanted.watcher;
  if (state.watchers.get(session) !== wanted.watcher) return;
  if (!outcome.ok) state.unsure.add(session);
  const shared = outcome.ok ? outcome.value : new Set<User>();
  const asking = kit.ports.presence.of([...shared], ctx.now);
  ctx.start(asking, (answer) => ({ t: 'seen', look: wanted, shared, outcome: answer }));
};

/** Where the port fails, nobody is called online; that is asked again with the next look. */
export const seen = (hands: Hands, { look: wanted, shared, outcome }: Extract<Own, { t: 'seen' }>): void => {
  const { state } = hands;
  const { watcher, users, anyway } = wanted;
  if (state.watchers.get(watcher.session) !== watcher) return;
  if (!outcome.ok) state.unsure.add(watcher.session);
  const isLive = outcome.ok && state.machine.in('live');
  const differ = outcome.ok ? takeNote(hands, outcome.value) : [];
  const states: PresenceIs[] = [];
  for (const user of users) {
    const is = shared.has(user) ? presenceOf(hands, user, isLive) : strange(user);
    const words = `${is.state} ${is.state === 'online' ? '' : is.lastSeenAt}`;
    if (watcher.told.get(user) === words && !anyway) continue;
    watcher.told.set(user, words);
    states.push(is);
  }
  if (states.length > 0) watcher.ref.tell({ t: 'presence', states });
  changed(hands, differ, watcher);
};

const strange = (user: User): PresenceIs => ({ user, state: 'unknown', lastSeenAt: null });

/** C33: while nobody can say who is online, when they were last seen is shown, and no live state. */
const presenceOf = ({ state }: Hands, user: User, isLive: boolean): PresenceIs => {
  const known = state.known.get(user);
  const live: PresenceState = known?.online === true ? 'online' : 'offline';
  return { user, state: isLive ? live : 'unknown', lastSeenAt: known?.lastSeenAt ?? null };
};

/** Keeps what the port says of those who are watched. Answers who has changed. */
export const takeNote = ({ state }: Hands, seenNow: ReadonlyMap<User, Seen>): User[] => {
  const differ: User[] = [];
  for (const [user, now] of seenNow) {
    if (!state.watched.has(user)) continue;
    const known = state.known.get(user);
    state.known.set(user, now);
    const same = known?.online === now.online && (now.online || known.lastSeenAt === now.lastSeenAt);
    if (!same) differ.push(user);
  }
  return differ;
};

/**
 * A look at all who are watched. It alone decides whether presence can be trusted: failures of single questions must
 * not make every watcher ask again.
 */
export const looked = (hands: Hands, outcome: Outcome<ReadonlyMap<User, Seen>>): void => {
  const { state } = hands;
  const wasLive = state.machine.in('live');
  const differ = outcome.ok ? takeNote(hands, outcome.value) : [];
  if (wasLive === outcome.ok) return changed(hands, differ);
  state.machine.send({ type: outcome.ok ? 'ANSWERED' : 'FAILED' });
  changed(hands, [...state.watched.keys()]);
};

/** These users are not what they were: their watchers are told, where they may be. `told` knows already. */
export const changed = (hands: Hands, users: readonly User[], told?: Watcher): void => {
  const byWatcher = new Map<Watcher, User[]>();
  for (const user of users)
    for (const watcher of hands.state.watched.get(user) ?? [])
      if (watcher !== told) byWatcher.set(watcher, [...(byWatcher.get(watcher) ?? []), user]);
  for (const [watcher, theirs] of byWatcher) look(hands, { watcher, users: theirs, anyway: false });
};
