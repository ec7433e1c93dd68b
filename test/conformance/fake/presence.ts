// Who is there, as the little server tells its watchers.
import type { Session } from '#test/conformance/fake/session';
import type { Frame } from '#test/conformance/fake/settings';
import type { World } from '#test/conformance/fake/world';

export class Presence {
  readonly #seenAt = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly sessions: ReadonlyMap<string, ReadonlySet<Session>>,
  ) {}

  left(user: string): void {
    this.#seenAt.set(user, this.world.now());
  }

  watch(session: Session, users: readonly string[]): void {
    session.watching = this.world.forgets('earlier watches') ? [...session.watching, ...users] : users;
    for (const user of users) session.send(this.#of(session, user));
  }

  #of(session: Session, user: string): Frame {
    const isKnown = this.world.share(session.user ?? '', user);
    const isGone = this.world.forgets('other connections') && this.#seenAt.has(user);
    const isOnline = (this.sessions.get(user)?.size ?? 0) > 0 && !isGone;
    const state = !isKnown ? 'unknown' : isOnline ? 'online' : 'offline';
    return { t: 'presence', user, state, lastSeenAt: isKnown ? (this.#seenAt.get(user) ?? null) : null };
  }

  /** Tells whoever watches, where it is not what they were told last. */
  tell(user: string): void {
    for (const session of [...this.sessions.values()].flatMap((all) => [...all])) {
      if (!session.watching.includes(user)) continue;
      const now = this.#of(session, user);
      const last = session.told.findLast((frame) => frame.t === 'presence' && frame['user'] === user);
      if (last?.['state'] !== now['state']) session.send(now);
    }
  }
}
