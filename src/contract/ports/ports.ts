/** All ports that an app server's actors are handed. */
import type { Baton } from '#contract/ports/baton';
import type { Bus } from '#contract/ports/bus';
import type { Inbox } from '#contract/ports/inbox';
import type { PendingWrites } from '#contract/ports/pending';
import type { Positions } from '#contract/ports/positions';
import type { Presence } from '#contract/ports/presence';
import type { Receipts } from '#contract/ports/receipts';
import type { Members, MessageStore } from '#contract/ports/store';
import type { Tokens } from '#contract/ports/system';

export interface Ports {
  readonly store: MessageStore;
  readonly members: Members;
  readonly positions: Positions;
  readonly receipts: Receipts;
  readonly inbox: Inbox;
  readonly presence: Presence;
  readonly bus: Bus;
  /** Where sends wait while the store is down; absent where a store that is down has nobody to wait with. */
  readonly pending?: PendingWrites;
  /** Turns at appending; absent where no other server appends. */
  readonly baton?: Baton;
  readonly tokens: Tokens;
}
