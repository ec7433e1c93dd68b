/** Whose presence is watched, and what may be said of it: without a connection only when somebody was seen last. */
import type { Millis, User } from '#contract/conversation';
import type { ClientEvents } from '#client/events';

type Presence = ClientEvents['presence'];

export class Watching {
  readonly #now: () => Millis;
  readonly #tell: (presence: Presence) => void;
  readonly #known = new Map<User, Presence>();
  users: readonly User[] = [];

  constructor(now: () => Millis, tell: (presence: Presence) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  watch(users: readonly User[]): void {
    this.users = [...users];
    for (const user of this.#known.keys()) if (!users.includes(user)) this.#known.delete(user);
  }

  told({ user, state, lastSeenAt }: Presence): void {
    const before = this.#known.get(user)?.lastSeenAt ?? null;
    const presence = { user, state, lastSeenAt: state === 'online' ? this.#now() : (lastSeenAt ?? before) };
    if (this.users.includes(user)) this.#known.set(user, presence);
    this.#tell(presence);
  }

  /** What was true is not known any more: nobody is shown as online who may be gone (C33). */
  lost(): void {
    const now = this.#now();
    for (const { user, state, lastSeenAt } of [...this.#known.values()]) {
      const unknown: Presence = { user, state: 'unknown', lastSeenAt: state === 'online' ? now : lastSeenAt };
      this.#known.set(user, unknown);
      this.#tell(unknown);
    }
  }
}
