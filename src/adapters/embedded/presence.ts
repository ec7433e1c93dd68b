/** Who is online is known in the process; when somebody was last seen is on disk too, within positions.flushMs. */
import type { Millis, User } from '#contract/conversation';
import { ok } from '#contract/effects';
import type { Presence } from '#contract/ports/presence';
import { DelayedWrite } from '#adapters/embedded/delayed-write';
import type { Delay } from '#adapters/embedded/delayed-write';
import { Overlay } from '#adapters/embedded/overlay';
import { readNow } from '#adapters/embedded/read-now';
import type { Tables } from '#adapters/embedded/tables';
import { PresenceMarks } from '#resilience/presence-marks';

export const embeddedPresence = (tables: Tables, ttlMs: number, delay: Delay) => {
  const marks = new PresenceMarks(ttlMs);
  const unsaved = new Overlay<User, Millis>((user, at) => tables.lastSeen.putSync(user, at));
  const writing = new DelayedWrite(delay, unsaved);
  const lastSeen = (user: User): Millis | null => unsaved.get(user) ?? tables.lastSeen.get(user) ?? null;
  const seen = (users: readonly User[], at: Millis) => {
    for (const user of users) if (at > (lastSeen(user) ?? -1)) unsaved.set(user, at);
    writing.arm();
    return ok(undefined);
  };
  const presence: Presence = {
    beat: (node, users, now) =>
      readNow(() => {
        marks.beat(node, users, now);
        return seen(users, now);
      }),
    gone: (node, user, at) =>
      readNow(() => {
        marks.gone(node, user);
        return seen([user], at);
      }),
    of: (users, now) =>
      readNow(() =>
        ok(new Map(users.map((user) => [user, { online: marks.isOnline(user, now), lastSeenAt: lastSeen(user) }]))),
      ),
  };
  return { presence, flush: () => writing.flush() };
};
