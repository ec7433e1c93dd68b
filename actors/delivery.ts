/**
 * The delivery actor: one per node. It knows which users are connected here and hands each notice to their sessions,
 * whether a conversation actor of this node sent it or another node. Each entry becomes one frame, encoded once.
 */
import type { User } from '#contract/conversation';
import type { Notice } from '#contract/ports/bus';
import type { SharedMessage } from '#contract/ports/outlet';
import type { ToDelivery, ToSession } from '#actors/messages';
import { sharedMessage } from '#actors/wire';
import type { Behaviour, Ref } from '#runtime/types';

type Sessions = Map<User, Map<string, Ref<ToSession>>>;

export const deliveryBehaviour = (): Behaviour<Sessions, ToDelivery> => ({
  kind: 'delivery',
  init: () => new Map(),
  receive: (sessions, message) => {
    switch (message.t) {
      case 'attach':
        attach(sessions, message.user, message.session, message.ref);
        break;
      case 'detach':
        detach(sessions, message.user, message.session);
        break;
      case 'replaced':
        sessions.get(message.old.user)?.get(message.old.session)?.tell({ t: 'replaced' });
        break;
      case 'receipts':
        for (const receipt of message.receipts) tellAll(sessions, receipt.to, () => ({ t: 'receipt', receipt }));
        break;
      case 'typing':
        tellAll(sessions, message.to, () => ({ t: 'types', conv: message.conv, user: message.user }));
        break;
      case 'notices':
        for (const notice of message.notices) deliver(sessions, notice);
    }
    return sessions;
  },
});

const attach = (sessions: Sessions, user: User, session: string, ref: Ref<ToSession>): void => {
  const mine = sessions.get(user) ?? new Map<string, Ref<ToSession>>();
  mine.set(session, ref);
  sessions.set(user, mine);
};

const detach = (sessions: Sessions, user: User, session: string): void => {
  const mine = sessions.get(user);
  mine?.delete(session);
  if (mine?.size === 0) sessions.delete(user);
};

const tellAll = (sessions: Sessions, users: readonly User[], message: () => ToSession): void => {
  for (const user of users) for (const ref of sessions.get(user)?.values() ?? []) ref.tell(message());
};

/** A user may be named twice (added, and among those who hear): told once. */
const deliver = (sessions: Sessions, notice: Notice): void => {
  const concerned = new Set([...notice.recipients, ...notice.added, ...notice.removed]);
  let messages: SharedMessage[] | undefined;
  for (const user of concerned) {
    const mine = sessions.get(user);
    if (mine === undefined) continue;
    messages ??= notice.entries.map((entry) => sharedMessage(notice.conv, entry));
    for (const ref of mine.values()) ref.tell({ t: 'notice', notice, messages });
  }
};
